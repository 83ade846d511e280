import type { PolicyVersion } from "../../src/domain/policy/version.ts";
import type { PersonId } from "../../src/domain/ids.ts";
import { MILD } from "./in-force.ts";

/** A version in a chain: the statement `number`, in force from a day on, of which an approval lives so many days at most. */
export function version(number: number, effective: number, published: number, approval: number | null = null): PolicyVersion {
  return { version: number, published, effective, terms: { ...MILD, approval }, documents: [], since: number, by: "a".repeat(32) as PersonId };
}
