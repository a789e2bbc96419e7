import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PlaceOpener } from "../src/index.ts";

const LOG = "line\n".repeat(5_000);
const BOUNDS = { answerMs: 300, pieceMs: 300, wholeMs: 1_000, bytes: 100_000 };
const KEYS = { AWS_ACCESS_KEY_ID: "farm", AWS_SECRET_ACCESS_KEY: "s3cret", AWS_REGION: "eu-1" };
const before = { ...process.env };
const folder = mkdtempSync(join(tmpdir(), "xgt-places-"));
let server: Server;
let host = "";
let asked: string[] = [];

/** What the server does, by path. */
const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  "/logs/run": (_, response) => response.end(LOG),
  "/secret/run": (_, response) => response.end(LOG),
  "/logs/away": (_, response) => response.writeHead(302, { location: "/secret/run" }).end(),
  "/logs/refused": (_, response) => response.writeHead(403).end(),
  "/logs/busy": (_, response) => response.writeHead(503).end(),
  "/logs/declared": (_, response) => response.writeHead(200, { "content-length": String(2 ** 40) }).end("x"),
  "/logs/endless": (_, response) => {
    const more = () => response.write(LOG, () => !response.destroyed && more());
    more();
  },
  "/logs/mute": () => {},
  "/logs/silent": (_, response) => response.write("first\n"),
  "/logs/slow": (_, response) => {
    const timer = setInterval(() => response.write("x"), 100);
    response.on("close", () => clearInterval(timer));
  },
  "/logs/cut": (_, response) => {
    response.writeHead(200, { "content-length": "1000" }).write("first\n");
    setTimeout(() => response.destroy(), 50);
  },
  "/bucket/b%20c/run": (request, response) => {
    const isSigned = request.headers.authorization === signature(request);
    response.writeHead(isSigned ? 200 : 403).end(isSigned ? LOG : "");
  },
};

/** What AWS's signature version 4 comes to, from its description: what a store holds a request against. */
function signature({ headers, url = "" }: IncomingMessage): string {
  const date = String(headers["x-amz-date"]);
  const scope = `${date.slice(0, 8)}/${KEYS.AWS_REGION}/s3/aws4_request`;
  const names = /SignedHeaders=([^,]*)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const fields = names.split(";").map((name) => `${name}:${headers[name]}\n`);
  const payload = String(headers["x-amz-content-sha256"]);
  const canonical = ["GET", url, "", fields.join(""), names, payload].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const parts = [...scope.split("/")];
  const key = parts.reduce<string | Buffer>(hmac, `AWS4${KEYS.AWS_SECRET_ACCESS_KEY}`);
  const proof = hmac(key, ["AWS4-HMAC-SHA256", date, scope, hash].join("\n")).toString("hex");
  const credential = `Credential=${KEYS.AWS_ACCESS_KEY_ID}/${scope}`;
  return `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${proof}`;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const answer = answers[request.url ?? ""];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { ...KEYS, AWS_ENDPOINT_URL: host });
});
afterEach(() => {
  asked = [];
});
afterAll(() => {
  for (const name of [...Object.keys(KEYS), "AWS_ENDPOINT_URL"]) delete process.env[name];
  Object.assign(process.env, before);
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is read of a name, and what went wrong. */
async function read(name: string, roots: readonly string[] | null = null) {
  const opener = new PlaceOpener({ base: folder, roots }, BOUNDS);
  let bytes = 0;
  try {
    const input = await opener.open(name);
    try {
      for await (const piece of input.chunks()) bytes += piece.length;
    } finally {
      await input.close();
    }
    return { bytes, error: "", passing: opener.passing };
  } catch (error) {
    return { bytes, error: error instanceof Error ? error.message : "", passing: opener.passing };
  }
}

describe("a log that a server gives", () => {
  it("is read as it comes", async () => {
    expect(await read(`${host}/logs/run`)).toEqual({ bytes: LOG.length, error: "", passing: undefined });
  });

  it.each([
    ["away", "the server redirects to /secret/run, which is not followed"],
    ["refused", "the server refuses it (403)"],
    ["nothing", "the server has no such log (404)"],
    ["declared", "is larger than 100000 bytes"],
    ["endless", "more than 100000 bytes"],
  ])("is refused for good: %s", async (name, message) => {
    const { bytes, error, passing } = await read(`${host}/logs/${name}`);
    expect([error, passing]).toEqual([expect.stringContaining(message), undefined]);
    expect(bytes).toBeLessThanOrEqual(BOUNDS.bytes);
    expect(asked).toEqual([`/logs/${name}`]);
  });

  it.each([
    ["busy", "the server cannot give it now (503)"],
    ["mute", "the server does not answer in time"],
    ["silent", "the server went silent"],
    ["slow", "the server went silent"],
    ["cut", "the rest could not be read"],
  ])("may come at another try: %s", async (name, message) => {
    const { error, passing } = await read(`${host}/logs/${name}`);
    expect([error, passing]).toEqual([expect.stringContaining(message), expect.stringContaining(message)]);
  });

  it("may come at another try: nobody listens", async () => {
    expect((await read("http://127.0.0.1:9/run")).passing).toContain("cannot be reached");
  });

  it.each(["../secret/run", "%2e%2e/secret/run", "..%2fsecret/run", "..\\secret\\run"])(
    "is not even asked for outside of the roots: %s",
    async (path) => {
      expect(await read(`${host}/logs/run`, [`${host}/logs`])).toMatchObject({ error: "" });
      const { error } = await read(`${host}/logs/${path}`, [`${host}/logs`]);
      expect(error).toContain("outside of what this worker may read");
      expect(asked).toEqual(["/logs/run"]);
    },
  );

  it("has no user in its name, whose password would be told", async () => {
    const { error } = await read(`${host.replace("//", "//user:s3cret@")}/logs/run`);
    expect(error).toContain("without a user");
    expect(error).not.toContain("s3cret");
  });
});

describe("a log in an object store", () => {
  it("is asked for with a signature that its store finds right", async () => {
    expect(await read("s3://bucket/b c/run")).toEqual({ bytes: LOG.length, error: "", passing: undefined });
  });

  it("is refused with other keys, without a word of them", async () => {
    process.env.AWS_SECRET_ACCESS_KEY = "0ther";
    const { error } = await read("s3://bucket/b c/run");
    process.env.AWS_SECRET_ACCESS_KEY = KEYS.AWS_SECRET_ACCESS_KEY;
    expect(error).toContain("the server refuses it (403)");
    expect(error).not.toContain("0ther");
  });

  it("is not asked for outside of the roots, nor by a name with dots", async () => {
    for (const name of ["s3://other/run", "s3://bucket/bb/run", "s3://bucket/b c/../run"]) {
      expect((await read(name, ["s3://bucket/b c/"])).error).not.toBe("");
    }
    expect(asked).toEqual([]);
    expect(await read("s3://bucket/b c/run", ["s3://bucket/b c"])).toMatchObject({ error: "" });
  });
});

describe("a file", () => {
  it("is read below the roots only, where its name and where its links lead", async () => {
    mkdirSync(join(folder, "in"));
    writeFileSync(join(folder, "in/run"), LOG);
    writeFileSync(join(folder, "out"), LOG);
    symlinkSync("../out", join(folder, "in/link"));
    symlinkSync("/dev/zero", join(folder, "in/device"));
    const roots = [join(folder, "in"), "/dev"];
    expect(await read("in/run", roots)).toMatchObject({ bytes: LOG.length });
    expect(await read(`file://${folder}/in/run`, roots)).toMatchObject({ bytes: LOG.length });
    for (const name of ["out", "in/../out", "in/link", `file://${folder}/out`]) {
      expect((await read(name, roots)).error).toContain("outside of what this worker may read");
    }
    expect((await read("in/device", roots)).error).toContain("is no file");
    expect((await read("in/none", roots)).error).toBe("in/none: no such file; check the name");
  });
});
