import { utf8 } from "../../domain/bytes.ts";
import { BREAK, unescapeBytes, type TextForm } from "../../domain/secrets/unescape.ts";
import type { Hashes } from "../../ports/crypto.ts";
import type { Finding, Scanner } from "../../ports/scanner.ts";
import { highEntropy } from "./high-entropy.ts";
import { knownForms, privateKeys } from "./known-forms.ts";
import type { Match } from "./match.ts";
import { ownRules, parseOwnPatterns } from "./own-patterns.ts";
import { STANDARD, standardRules } from "./standard.ts";

/** Raised when a rule here changes what it finds. */
const REVISION = 2;
/** Shorter findings of the standing rules are words, not secrets. */
const SHORTEST = 6;

export interface ScannerOptions {
  readonly hashes: Hashes;
  /** The person's own patterns: the text of their file, and its name for messages. */
  readonly own?: { readonly text: string; readonly file: string };
}

/** @throws HxError `usage` when a line of the person's file is no pattern */
export function secretScanner({ hashes, own }: ScannerOptions): Scanner {
  const patterns = own === undefined ? [] : parseOwnPatterns(own.text, own.file);
  const standard = standardRules();
  const persons = ownRules(patterns, own?.file ?? "");
  return {
    rules: hashes.h16(utf8(JSON.stringify([REVISION, STANDARD, ...patterns.map(({ line, source }) => [line, source])]))),
    scan(chunk: Uint8Array, form: TextForm): readonly Finding[] {
      const flat = unescapeBytes(chunk, form, "skip");
      const { text } = flat;
      const matches: Match[] = [...privateKeys(text)];
      for (const rule of [standard, knownForms, highEntropy]) {
        for (const match of rule(text)) {
          const narrowed = match.rule === "privatekey" ? match : narrow(text, match);
          if (narrowed !== null) matches.push(narrowed);
        }
      }
      for (const match of persons(text)) if (!text.slice(match.from, match.to).includes(BREAK)) matches.push(match);
      return apart(matches).map(({ rule, from, to }) => {
        const [first, end] = flat.bytesOf(from, to);
        return { rule, text: text.slice(from, to), from: first, to: end };
      });
    },
  };
}

/** Some rules take all that stands in the same line; a secret ends with its word, and with its string. */
function narrow(text: string, { rule, from, to }: Match): Match | null {
  const found = text.slice(from, to);
  const word = /^[^\s"\0]*/.exec(found)?.[0].replace(/['`,;)\]}>]+$/, "") ?? "";
  if (word.length < SHORTEST || /\$\{|\{\{|<[a-z_-]+>/i.test(word)) return null;
  return { rule, from, to: from + word.length };
}

/** In order; of those that overlap, the one that begins first and takes the most, with all that it touches. */
function apart(matches: readonly Match[]): readonly Match[] {
  const sorted = [...matches].sort((a, b) => a.from - b.from || b.to - a.to);
  const kept: Match[] = [];
  for (const match of sorted) {
    const last = kept.at(-1);
    if (last === undefined || match.from >= last.to) kept.push(match);
    else if (match.to > last.to) kept[kept.length - 1] = { ...last, to: match.to };
  }
  return kept;
}
