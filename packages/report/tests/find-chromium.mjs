import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** The browser that CHROMIUM names, else the first one on the PATH; null: there is none. */
export function findChromium(env = process.env) {
  const folders = (env.PATH ?? "").split(delimiter);
  const places = [
    env.CHROMIUM ?? "",
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
  ];
  return places.find((place) => place !== "" && isProgram(place)) ?? null;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
