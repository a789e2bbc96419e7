import { LogOpenError } from "@xgt/hypercall-log";

/** The variables that every client of S3 reads. */
export type S3Environment = Readonly<Record<string, string | undefined>>;

/** What is asked of a server: a log, or which state it is in. */
export type HttpMethod = "GET" | "HEAD";

const DEFAULT_REGION = "us-east-1";

/** Bucket and key of s3://BUCKET/KEY. Throws LogOpenError. */
export function s3Place(name: string): { readonly bucket: string; readonly key: string } {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(name);
  const segments = match?.[2].split("/") ?? [""];
  if (match !== null && segments.every((segment) => segment !== "." && segment !== "..")) {
    return { bucket: match[1], key: match[2] };
  }
  throw new LogOpenError("missing", name, "is no name of an object", "write s3://BUCKET/KEY");
}

/**
 * The request for an object, signed where the environment has keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, where they
 * are lent, AWS_SESSION_TOKEN. AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL names another store than Amazon's, AWS_REGION the region.
 */
export async function s3Request(name: string, env: S3Environment, method: HttpMethod): Promise<Request> {
  const { bucket, key } = s3Place(name);
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? DEFAULT_REGION;
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  const path = key.split("/").map(encodeURIComponent).join("/");
  const url =
    endpoint === undefined
      ? `https://${bucket}.s3.${region}.amazonaws.com/${path}`
      : `${endpoint.replace(/\/+$/, "")}/${bucket}/${path}`;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (accessKeyId === undefined || secretAccessKey === undefined) return new Request(url, { method });
  const { AwsClient } = await import("aws4fetch");
  const { AWS_SESSION_TOKEN: sessionToken } = env;
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  return new AwsClient({ ...keys, service: "s3", region }).sign(url, { method });
}
