import { enforcedProblem } from "../../domain/policy/terms.ts";
import type { RepositoryTerms } from "../../domain/policy/terms.ts";
import { textMap, wrong } from "./strict-yaml.ts";

/** `none` in a file: without end. */
const NONE = "none";
const NUMBERS = ["group", "retention", "approval"] as const;
const FLAGS = ["redaction", "pause", "exclude"] as const;

/** `terms` of a connection file. A key that is not known would tighten nothing, so it is refused. @throws HxError `encoding-invalid` */
export function repositoryTerms(value: unknown): RepositoryTerms {
  const map = textMap(value, "'terms'");
  const odd = [...map.keys()].find((key) => ![...NUMBERS, ...FLAGS].some((known) => known === key));
  if (odd !== undefined) throw wrong(`'terms' has '${odd}', which a repository cannot tighten`);
  const numbers = NUMBERS.flatMap((key) => (map.has(key) ? [[key, numberOrNone(map, key)]] : []));
  const flags = FLAGS.flatMap((key) => (map.has(key) ? [[key, flag(map, key)]] : []));
  const terms: RepositoryTerms = Object.fromEntries([...numbers, ...flags]);
  const problem = enforcedProblem(terms);
  if (problem !== null) throw wrong(problem);
  return terms;
}

export function printedTerms(terms: RepositoryTerms): Record<string, unknown> {
  return Object.fromEntries(Object.entries(terms).map(([key, value]) => [key, value ?? NONE]));
}

export function number(map: ReadonlyMap<string, unknown>, key: string): number {
  const value = map.get(key);
  if (typeof value !== "number") throw wrong(`'${key}' is not a number`);
  return value;
}

export function numberOrNone(map: ReadonlyMap<string, unknown>, key: string): number | null {
  return map.get(key) === NONE && key !== "group" ? null : number(map, key);
}

export function flag(map: ReadonlyMap<string, unknown>, key: string): boolean {
  const value = map.get(key);
  if (typeof value !== "boolean") throw wrong(`'${key}' is neither true nor false`);
  return value;
}
