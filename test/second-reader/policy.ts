import { rises } from "./body.ts";
import { toHex } from "./bytes.ts";
import { demand } from "./errors.ts";
import { Fields, asBytes, asList, asText } from "./fields.ts";

const lastDay = 2_932_896;

/** A version of the policy, as its statement has it. */
export interface Policy {
  version: number;
  published: number;
  effective: number;
  notice: number;
  /** Name and hash, in hex, of each text. */
  documents: { name: string; hash: string }[];
}

/** Reads the body of a policy statement. */
export function readPolicy(body: Fields): Policy {
  const notice = checkTerms(body.fields("terms"));
  const documents = body.list("documents").map((item) => {
    const [name, hash] = asList(item, 2);
    return { name: asText(name), hash: toHex(asBytes(hash, 32)) };
  });
  demand(documents.length >= 1 && documents.length <= 16, "encoding-invalid", "the number of texts");
  for (const { name } of documents) demand(/^[a-z][a-z0-9-]{0,31}\.[a-z]{2}\.md$/.test(name), "encoding-invalid", "the name of a text");
  demand(rises(documents.map(({ name }) => new TextEncoder().encode(name))), "encoding-invalid", "texts out of order");
  return {
    version: body.uint("version"), published: body.uint("published", lastDay), effective: body.uint("effective", lastDay), notice, documents,
  };
}

function checkTerms(terms: Fields): number {
  terms.one("v");
  for (const name of ["company", "contact"]) checkLine(terms.text(name));
  for (const [name, least] of [["tools", 1], ["instruments", 0]] as const) {
    const entries = terms.list(name).map((entry) => asText(entry));
    demand(entries.length >= least && entries.length <= 32 && new Set(entries).size === entries.length, "encoding-invalid", name);
    for (const entry of entries) {
      checkLine(entry);
      demand(!entry.includes(","), "encoding-invalid", name);
    }
  }
  for (const name of ["redaction", "pause", "exclude", "coaching"]) terms.bool(name);
  checkRange(terms, "group", 5, 1000);
  if (terms.has("retention")) checkRange(terms, "retention", 1, 1200);
  if (terms.has("approval")) checkRange(terms, "approval", 1, 3650);
  return checkRange(terms, "notice", 1, 365);
}

function checkRange(terms: Fields, name: string, least: number, most: number): number {
  const value = terms.uint(name);
  demand(value >= least && value <= most, "encoding-invalid", name);
  return value;
}

function checkLine(text: string): void {
  const length = [...text].length;
  demand(length >= 1 && length <= 200 && text === text.trim(), "encoding-invalid", "a line of the terms");
  demand(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>]/u.test(text), "encoding-invalid", "a character in the terms");
}

/** Adds the next version; its days must agree with those of the versions before. */
export function addPolicy(policies: Policy[], next: Policy): void {
  const bad = "workspace-invalid";
  const last = policies.at(-1);
  demand(next.version === policies.length + 1, bad, "a version that does not follow");
  const inForce = policies.filter(({ effective }) => effective <= next.published).at(-1);
  const notice = (inForce ?? last ?? next).notice;
  demand(next.effective >= next.published + notice, bad, "the notice period is not kept");
  if (last) demand(next.published >= last.published && next.effective >= last.effective, bad, "days that go back");
  policies.push(next);
}
