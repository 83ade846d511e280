import { stringify } from "yaml";
import { utf8 } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import { termsProblem } from "../../domain/policy/terms.ts";
import type { PolicyTerms } from "../../domain/policy/terms.ts";
import type { TermsFile } from "../../ports/terms-file.ts";
import { flag, number, numberOrNone } from "./repository-terms.ts";
import { readMap, wrong } from "./strict-yaml.ts";

const LIMIT = 65536;
const KNOWN = new Set(["version", "company", "contact", "tools", "notice", "group", "retention", "redaction", "pause", "exclude", "approval", "coaching", "instruments"]);

/** `.hx/policy/terms.yaml`: docs/spec/policy.md. */
export const termsYaml: TermsFile = { parse, print };

function parse(bytes: Uint8Array): PolicyTerms {
  try {
    return termsOf(readMap(bytes, LIMIT, "core"));
  } catch (cause) {
    if (!isHxError(cause) || cause.code === "too-new") throw cause;
    throw new HxError("policy-invalid", `'.hx/policy/terms.yaml' cannot be used: ${cause.message}`, { cause, hints: ["hx policy init --force"] });
  }
}

function termsOf(map: ReadonlyMap<string, unknown>): PolicyTerms {
  const version = map.get("version");
  if (typeof version === "number" && Number.isInteger(version) && version > 1) throw new HxError("too-new", `'.hx/policy/terms.yaml' has version ${version}, this program knows 1`);
  if (version !== 1) throw wrong("'version' is not 1");
  const odd = [...map.keys()].find((key) => !KNOWN.has(key));
  if (odd !== undefined) throw wrong(`'${odd}' is no term`);
  const terms: PolicyTerms = {
    company: line(map, "company"),
    contact: line(map, "contact"),
    tools: lines(map, "tools"),
    notice: number(map, "notice"),
    group: number(map, "group"),
    retention: numberOrNone(map, "retention"),
    redaction: flag(map, "redaction"),
    pause: flag(map, "pause"),
    exclude: flag(map, "exclude"),
    approval: numberOrNone(map, "approval"),
    coaching: flag(map, "coaching"),
    instruments: lines(map, "instruments"),
  };
  const problem = termsProblem(terms);
  if (problem !== null) throw wrong(problem);
  return terms;
}

function line(map: ReadonlyMap<string, unknown>, key: string): string {
  const value = map.get(key);
  if (typeof value !== "string") throw wrong(`'${key}' is not text`);
  return value;
}

function lines(map: ReadonlyMap<string, unknown>, key: string): readonly string[] {
  const value = map.get(key);
  if (!Array.isArray(value)) throw wrong(`'${key}' is not a list`);
  return value.map((entry: unknown) => {
    if (typeof entry !== "string") throw wrong(`'${key}' has an entry that is not text`);
    return entry;
  });
}

function print(terms: PolicyTerms): Uint8Array {
  const { retention, approval, ...rest } = terms;
  const content = { version: 1, ...rest, retention: retention ?? "none", approval: approval ?? "none" };
  const head = "# The terms of the policy. The texts beside this file state them; hx keeps them once they are published: hx policy check\n";
  return utf8(head + stringify(content, { version: "1.2", schema: "core", lineWidth: 0, aliasDuplicateObjects: false }));
}
