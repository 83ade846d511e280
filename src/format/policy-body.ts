import { compare, utf8 } from "../domain/bytes.ts";
import { LAST_DAY } from "../domain/policy/day.ts";
import { termsProblem } from "../domain/policy/terms.ts";
import type { PolicyTerms } from "../domain/policy/terms.ts";
import { MOST_DOCUMENTS, documentName } from "../domain/policy/version.ts";
import type { PolicyDocument } from "../domain/policy/version.ts";
import type { PolicyBody } from "../domain/workspace/statement.ts";
import { HxError } from "../domain/errors.ts";
import type { CborInput, CborMap, CborValue } from "./cbor.ts";
import { asBytes, asList, asText, bad, boolField, checkVersion, intField, listField, mapField, rising, textField } from "./fields.ts";

/** The `policy` statement: docs/spec/policy.md. */
export function policyMap({ version, published, effective, terms, documents }: PolicyBody): CborInput {
  const list = documents.toSorted((a, b) => compare(utf8(a.name), utf8(b.name))).map(({ name, hash }) => [name, hash]);
  return { version, published, effective, terms: termsMap(terms), documents: list };
}

/** @throws HxError `encoding-invalid`, or `too-new` for terms of a version that is not known */
export function policyBody(map: CborMap): PolicyBody {
  return {
    type: "policy",
    version: intField(map, "version"),
    published: intField(map, "published", LAST_DAY),
    effective: intField(map, "effective", LAST_DAY),
    terms: termsOf(mapField(map, "terms")),
    documents: documentsOf(listField(map, "documents")),
  };
}

/** Terms that have no end or no limit are absent. */
function termsMap({ retention, approval, ...terms }: PolicyTerms): CborInput {
  return { v: 1, ...terms, retention: retention ?? undefined, approval: approval ?? undefined };
}

function termsOf(map: CborMap): PolicyTerms {
  checkVersion(map, "terms");
  const terms: PolicyTerms = {
    company: textField(map, "company"),
    contact: textField(map, "contact"),
    tools: listField(map, "tools").map((tool) => asText(tool, "tools")),
    notice: intField(map, "notice"),
    group: intField(map, "group"),
    retention: map.has("retention") ? intField(map, "retention") : null,
    redaction: boolField(map, "redaction"),
    pause: boolField(map, "pause"),
    exclude: boolField(map, "exclude"),
    approval: map.has("approval") ? intField(map, "approval") : null,
    coaching: boolField(map, "coaching"),
    instruments: listField(map, "instruments").map((instrument) => asText(instrument, "instruments")),
  };
  const problem = termsProblem(terms);
  if (problem !== null) throw new HxError("encoding-invalid", `a policy whose ${problem}`);
  return terms;
}

function documentsOf(list: readonly CborValue[]): readonly PolicyDocument[] {
  if (list.length === 0 || list.length > MOST_DOCUMENTS) throw bad("documents", `1 to ${MOST_DOCUMENTS} texts`);
  const documents = list.map((value) => {
    const [name, hash] = asList(value, "documents", 2);
    return { name: asText(name, "documents"), hash: asBytes(hash, "documents", 32) };
  });
  for (const { name } of documents) if (documentName(name) === null) throw bad("documents", "named like 'policy.en.md'");
  rising(documents.map(({ name }) => utf8(name)), "documents");
  return documents;
}
