import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import { policyProblems } from "../../domain/policy/check.ts";
import type { NamedText } from "../../domain/policy/check.ts";
import { renderTemplate } from "../../domain/policy/template/render.ts";
import type { PolicyTerms } from "../../domain/policy/terms.ts";
import { DOCUMENT_LIMIT, LANGUAGES } from "../../domain/policy/version.ts";
import type { Language } from "../../domain/policy/version.ts";
import type { Places } from "../../ports/places.ts";
import type { TermsFile } from "../../ports/terms-file.ts";
import type { WorkTree } from "../../ports/work-tree.ts";

/** Where an organisation keeps the texts before they are published, from the top of the checkout. */
export const POLICY_DIRECTORY = ".hx/policy";
const TERMS_NAME = "terms.yaml";
const NAMES = LANGUAGES.flatMap((language) => [`annex.${language}.md`, `policy.${language}.md`]).sort();

export interface DraftPorts {
  readonly places: Places;
  readonly terms: TermsFile;
}

/** What lies in `.hx/policy`. */
export interface Draft {
  readonly terms: PolicyTerms;
  /** Sorted by name. */
  readonly texts: readonly NamedText[];
}

/** @throws HxError `policy-invalid`, `too-new`; null: there are no terms */
export function findDraft(ports: DraftPorts, top: string): Draft | null {
  const bytes = ports.places.read(placeOf(top, TERMS_NAME), DOCUMENT_LIMIT);
  if (bytes === null) return null;
  const texts = NAMES.flatMap((name) => {
    // One byte more than is allowed is enough to say that it is too long.
    const text = ports.places.read(placeOf(top, name), 16 * DOCUMENT_LIMIT);
    return text === null ? [] : [{ name, text: textOf(name, text) }];
  });
  return { terms: ports.terms.parse(bytes), texts };
}

/** @throws HxError `not-found`, `policy-invalid`, `too-new` */
export function readDraft(ports: DraftPorts, top: string): Draft {
  const draft = findDraft(ports, top);
  if (draft === null) throw new HxError("not-found", `there is no '${POLICY_DIRECTORY}/${TERMS_NAME}'`, { hints: ["hx policy init"] });
  return draft;
}

/** Texts that state what the terms say. @throws HxError `policy-invalid` that names the first problem */
export function requireSound({ terms, texts }: Draft): void {
  const [first, ...more] = policyProblems(terms, texts);
  if (first === undefined) return;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw new HxError("policy-invalid", `'${POLICY_DIRECTORY}/${first.document}' ${first.message}${others}`, { hints: ["hx policy check"] });
}

/**
 * Writes terms and texts of the template.
 * @returns paths from the top
 * @throws HxError `exists` without `force`, where any of the files is there; `policy-invalid` for terms out of bounds; `io-failed`
 */
export async function writeDraft(ports: DraftPorts & { readonly workTree: WorkTree }, top: string, terms: PolicyTerms, languages: readonly Language[], force: boolean): Promise<readonly string[]> {
  const files = new Map<string, Uint8Array>([[TERMS_NAME, ports.terms.print(terms)]]);
  for (const [name, text] of renderTemplate(terms, languages)) files.set(name, utf8(text));
  ports.terms.parse(ports.terms.print(terms));
  const there = [...files.keys()].filter((name) => ports.places.read(placeOf(top, name), 16 * DOCUMENT_LIMIT) !== null);
  if (there.length > 0 && !force) throw new HxError("exists", `'${POLICY_DIRECTORY}/${there[0] ?? ""}' is there already`, { hints: ["hx policy init --force", "hx policy check"] });
  for (const [name, bytes] of files) await ports.workTree.write(top, `${POLICY_DIRECTORY}/${name}`, bytes);
  return [...files.keys()].map((name) => `${POLICY_DIRECTORY}/${name}`);
}

function placeOf(top: string, name: string): string {
  return `${top}/${POLICY_DIRECTORY}/${name}`;
}

function textOf(name: string, bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    if (!isHxError(cause)) throw cause;
    throw new HxError("policy-invalid", `'${POLICY_DIRECTORY}/${name}' is not UTF-8`, { cause });
  }
}
