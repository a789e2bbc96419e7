import { type GivenDomains, loadDomains, SpecificationError } from "@xgt/run";
import { CliError } from "../terminal/cli-error.ts";
import type { Io } from "../terminal/io.ts";

/** Reads what --domains names; null where it was not given. Throws CliError. */
export async function givenDomains(path: string | undefined, io: Io): Promise<GivenDomains | null> {
  if (path === undefined) return null;
  try {
    return await loadDomains(path, io.stdin);
  } catch (error) {
    if (error instanceof SpecificationError) throw new CliError(error.message);
    throw error;
  }
}
