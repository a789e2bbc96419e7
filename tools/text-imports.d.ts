// What the imports that tools/text-imports.mjs answers give.

declare module "*?raw" {
  /** The file's text. */
  const text: string;
  export default text;
}

declare module "*?packed" {
  /** The folder's files: JSON of path -> text, gzipped, in base64. */
  const packed: string;
  export default packed;
}

declare module "*?page" {
  /** JSON of `script` and `style`, gzipped, in base64. */
  const page: string;
  export default page;
}

declare module "*?program" {
  /** A CommonJS module's text, compressed with Brotli, in base64. */
  const packed: string;
  export default packed;
}

declare module "*.css";
