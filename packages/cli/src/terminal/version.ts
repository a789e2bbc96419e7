import manifest from "../../package.json?raw";

/** As package.json says. */
export const VERSION: string = JSON.parse(manifest).version;
