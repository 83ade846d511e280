import type { PersonId } from "../ids.ts";
import type { PolicyTerms } from "./terms.ts";

/** A text of a policy: its name, and H of its bytes. */
export interface PolicyDocument {
  /** `policy.en.md` */
  readonly name: string;
  readonly hash: Uint8Array;
}

/** What a `policy` statement says: docs/spec/policy.md. */
export interface PolicyClaim {
  /** From 1 on. */
  readonly version: number;
  /** Days since 1970, UTC. */
  readonly published: number;
  readonly effective: number;
  readonly terms: PolicyTerms;
  /** Sorted by name. */
  readonly documents: readonly PolicyDocument[];
}

/** One that is in the chain. */
export interface PolicyVersion extends PolicyClaim {
  /** Number of the statement. */
  readonly since: number;
  /** The administrator who published it. */
  readonly by: PersonId;
}

/** Languages in which hx compares texts with terms. */
export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Bytes of one text at most. */
export const DOCUMENT_LIMIT = 65536;
/** Texts of one version at most. */
export const MOST_DOCUMENTS = 16;

const NAME = /^([a-z][a-z0-9-]{0,31})\.([a-z]{2})\.md$/;

/** The parts of a name such as `annex.de.md`; null for what is none. */
export function documentName(name: string): { readonly title: string; readonly language: string } | null {
  const [, title, language] = NAME.exec(name) ?? [];
  return title === undefined || language === undefined ? null : { title, language };
}

export function isLanguage(text: string): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** A version that a person was shown. */
export interface ShownVersion {
  readonly version: number;
  /** ms since 1970, by the clock of the device. */
  readonly at: number;
}
