import { execFileSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type LogPlaces, PlaceOpener } from "../src/index.ts";

const LOG = "line\n".repeat(5_000);
const BOUNDS = {
  stateMs: 300,
  answerMs: 300,
  pieceMs: 300,
  wholeMs: 1_000,
  bytes: 100_000,
  resumes: 3,
  resumeMs: 20,
};
const KEYS = { AWS_ACCESS_KEY_ID: "farm", AWS_SECRET_ACCESS_KEY: "s3cret", AWS_REGION: "eu-1" };
const before = { ...process.env };
const folder = mkdtempSync(join(tmpdir(), "xgt-places-"));
let server: Server;
let host = "";
let asked: string[] = [];
/** Bytes of logs that the server has sent, and what it calls their state. */
let sent = 0;
let etag = '"one"';

/** Sends a log from where it is asked for, and breaks off after some bytes; undefined: at its end. */
function sendFrom(
  { headers, method }: IncomingMessage,
  response: ServerResponse,
  most: number | undefined,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  const isRest = from > 0 && headers["if-range"] === etag;
  const rest = isRest ? LOG.slice(from) : LOG;
  const range = `bytes ${from}-${LOG.length - 1}/${LOG.length}`;
  const length = { "content-length": String(rest.length), etag };
  response.writeHead(isRest ? 206 : 200, isRest ? { ...length, "content-range": range } : length);
  if (method === "HEAD") {
    response.end();
    return;
  }
  const piece = rest.slice(0, most);
  sent += piece.length;
  response.write(piece, () => {
    if (piece.length === rest.length) response.end();
    else setTimeout(() => response.destroy(), 30);
  });
}

/** Refuses a HEAD with a status, and gives the first byte of a log to who asks for no more, and all of it to others. */
function sendFirst(request: IncomingMessage, response: ServerResponse, status: number, log: string): void {
  if (request.method === "HEAD") response.writeHead(status).end();
  else if (request.headers.range !== "bytes=0-0") response.writeHead(200, { etag }).end(log);
  else if (log === "") response.writeHead(416, { etag, "content-range": "bytes */0" }).end();
  else response.writeHead(206, { etag, "content-range": `bytes 0-0/${log.length}` }).end(log[0]);
}

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
  "/logs/breaks": (request, response) => sendFrom(request, response, 10_000),
  "/logs/breaks-soon": (request, response) => sendFrom(request, response, 2_000),
  "/logs/changes": (request, response) => {
    sendFrom(request, response, 10_000);
    etag = '"two"';
  },
  "/logs/dated": (request, response) => {
    const modified = new Date(
      Date.now() - (request.headers.range === undefined ? 3_600_000 : 0),
    ).toUTCString();
    response.writeHead(200, { "content-length": String(LOG.length), "last-modified": modified });
    response.write(LOG.slice(0, 1_000));
    setTimeout(() => response.destroy(), 30);
  },
  "/bucket/breaks/run": (request, response) => {
    if (request.headers.authorization === signature(request)) sendFrom(request, response, 15_000);
    else response.writeHead(403).end();
  },
  "/logs/stays": (request, response) => sendFrom(request, response, undefined),
  "/logs/no-head": (request, response) => sendFirst(request, response, 501, LOG),
  "/logs/get-only": (request, response) => sendFirst(request, response, 403, LOG),
  "/logs/no-head-empty": (request, response) => sendFirst(request, response, 405, ""),
  "/logs/no-parts": (request, response) => {
    if (request.method === "HEAD") response.writeHead(405).end();
    else sendFrom(request, response, undefined);
  },
  "/bucket/b%20c/run": (request, response) => {
    const isSigned = request.headers.authorization === signature(request);
    response.writeHead(isSigned ? 200 : 403).end(isSigned ? LOG : "");
  },
};

/** What AWS's signature version 4 comes to, from its description: what a store holds a request against. */
function signature({ headers, url = "", method = "" }: IncomingMessage): string {
  const date = String(headers["x-amz-date"]);
  const scope = `${date.slice(0, 8)}/${KEYS.AWS_REGION}/s3/aws4_request`;
  const names = /SignedHeaders=([^,]*)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const fields = names.split(";").map((name) => `${name}:${headers[name]}\n`);
  const payload = String(headers["x-amz-content-sha256"]);
  const canonical = [method, url, "", fields.join(""), names, payload].join("\n");
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
  sent = 0;
  etag = '"one"';
});
afterAll(() => {
  for (const name of [...Object.keys(KEYS), "AWS_ENDPOINT_URL"]) delete process.env[name];
  Object.assign(process.env, before);
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is read of a name, and what went wrong. */
async function read(
  name: string,
  roots: readonly string[] | null = null,
  expected: LogPlaces["expected"] = {},
) {
  const opener = new PlaceOpener({ base: folder, roots, expected }, BOUNDS);
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

describe("a log that breaks off", () => {
  it("is asked for from there on, and no byte comes twice", async () => {
    expect(await read(`${host}/logs/breaks`)).toEqual({ bytes: LOG.length, error: "", passing: undefined });
    expect([asked.length, sent]).toEqual([3, LOG.length]);
  });

  it("is the same log, byte for byte", async () => {
    const opener = new PlaceOpener({ base: folder, roots: null }, BOUNDS);
    const input = await opener.open(`${host}/logs/breaks`);
    let text = "";
    for await (const piece of input.chunks()) text += new TextDecoder().decode(piece);
    expect(text === LOG).toBe(true);
  });

  it("is signed anew in an object store", async () => {
    expect(await read("s3://bucket/breaks/run")).toMatchObject({ bytes: LOG.length, error: "" });
    expect([asked.length, sent]).toEqual([2, LOG.length]);
  });

  it("may come at another try where it breaks off too often", async () => {
    const { bytes, passing } = await read(`${host}/logs/breaks-soon`);
    expect([bytes, asked.length, passing]).toEqual([8_000, 4, expect.stringContaining("could not be read")]);
  });

  it("is never put together from two states of it", async () => {
    const { bytes, passing } = await read(`${host}/logs/changes`);
    expect([bytes, asked.length, passing]).toEqual([10_000, 2, expect.stringContaining("could not be read")]);
    asked = [];
    expect((await read(`${host}/logs/dated`)).bytes).toBe(1_000);
    expect(asked.length).toBe(2);
  });
});

describe("a file in another state than the one it was named in", () => {
  const state = async (name: string) => ({
    [name]: await new PlaceOpener({ base: folder, roots: null }, BOUNDS).stamp(name),
  });
  const CHANGED = "has changed since the fleet began";

  it("is refused: of a server, by what the server calls it", async () => {
    const name = `${host}/logs/stays`;
    const before = await state(name);
    expect(before[name]).toEqual({ etag: '"one"', size: LOG.length });
    expect(await read(name, null, before)).toMatchObject({ bytes: LOG.length, error: "" });
    etag = '"two"';
    const { bytes, error, passing } = await read(name, null, before);
    expect([bytes, error, passing]).toEqual([0, expect.stringContaining(CHANGED), undefined]);
    expect(error).toContain('(ETag "one" then, "two" now)');
  });

  it("is refused: of an object store, which is asked with a signature", async () => {
    const before = await state("s3://bucket/breaks/run");
    expect(before["s3://bucket/breaks/run"]).toMatchObject({ etag: '"one"' });
    etag = '"two"';
    expect((await read("s3://bucket/breaks/run", null, before)).error).toContain(CHANGED);
  });

  it("is refused: on a disk, by its size and when it was written", async () => {
    writeFileSync(join(folder, "stays"), LOG);
    const before = await state("stays");
    expect(await read("stays", null, before)).toMatchObject({ bytes: LOG.length, error: "" });
    utimesSync(join(folder, "stays"), 1, 1);
    expect((await read("stays", [folder], before)).error).toContain(`${CHANGED} (it was written anew)`);
    writeFileSync(join(folder, "stays"), "x");
    expect((await read("stays", null, before)).error).toContain(`(bytes ${LOG.length} then, 1 now)`);
  });

  it.each(["/logs/no-head", "/logs/get-only", "/logs/no-parts"])(
    "is told by a GET where the server takes no HEAD: %s",
    async (path) => {
      const before = await state(`${host}${path}`);
      expect(before[`${host}${path}`]).toEqual({ etag: '"one"', size: LOG.length });
      expect(asked).toEqual([path, path]);
      expect(await read(`${host}${path}`, null, before)).toMatchObject({ bytes: LOG.length, error: "" });
      etag = '"two"';
      expect((await read(`${host}${path}`, null, before)).error).toContain(CHANGED);
    },
  );

  it("is told so of an empty log, and not of one that a server refuses altogether", async () => {
    const name = `${host}/logs/no-head-empty`;
    expect(await state(name)).toEqual({ [name]: { etag: '"one"', size: 0 } });
    await expect(state(`${host}/logs/refused`)).rejects.toThrow("the server refuses it (403)");
  });

  it("has no state where nobody tells one", async () => {
    const name = `${host}/logs/run`;
    const before = await state(name);
    expect(before[name]).toEqual({});
    expect(await read(name, null, before)).toMatchObject({ bytes: LOG.length, error: "" });
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

  it("is all that is read: what may give nothing for ever, and nothing twice, is refused", async () => {
    execFileSync("mkfifo", [join(folder, "fifo")]);
    for (const name of ["fifo", "/dev/zero", "file:///dev/null"])
      expect((await read(name)).error).toContain("is no file, and a fleet reads nothing else");
  });
});
