import { entropy, type Match } from "./match.ts";

/**
 * Random tokens beside a word that says what they are. Conservative: without the word nothing is reported, so git
 * object ids, UUIDs, sums in lock files and images are not.
 *
 * A token is 20 to 512 characters of base64, base64url or hex, after `word =`, `word:`, `word =>`, `--word ` or `Bearer `. It must have
 * 3 bits a character when it is hex (of 32 characters or more), else 3.6 with letters of both cases and a digit, or
 * 3.8 with letters of one case and at least four digits.
 */
const WORDS = /(?:secret|token|passw(?:or)?d|passphrase|pwd|api[_-]?key|access[_-]?key|key|credentials?|authorization|bearer)/gi;
const AFTER = /([A-Za-z0-9_.-]{0,40})["'`\]]{0,2}[ \t]{0,4}(:=|=>|={1,2}|:|[ \t])[ \t]{0,4}(?:["'`]{0,2}(?:Bearer|Basic|token)[ \t]{1,4})?["'`]{0,2}(?=([A-Za-z0-9+/_=-]{20,513}))/iy;
const BEFORE = 40;

/** Names of things that look random and are public. */
const HARMLESS = /public|pub_?key|cache|integrity|checksum|hash|digest|sha\d|fingerprint|commit|(?:^|[^a-z])etag|nonce|idempoten|foreign|primary|sort|partition|lock|max|count|usage|cursor|page|signature|keyid|key_id|(?:key|token|secret)[_-]?(?:id|name|type|url|arn)|(?:key|token|secret)(?:Id|Name|Type|Url|Arn)\b/i;
const WEAK = /^key$/i;
const PLACEHOLDER = /example|placeholder|your|xxxx|dummy|changeme|redacted|sample|123456789|abcdefgh/i;
const SUM = /^sha(?:1|256|384|512)[-_:]/i;
const AGENT_ID = /^(?:toolu|msg|req|call|chatcmpl|resp|rs|fc|ctc|item|thread|turn|sess|session|srvtoolu|file|run|step)_/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

export function* highEntropy(text: string): Generator<Match> {
  for (const { index, 0: word } of text.matchAll(WORDS)) {
    AFTER.lastIndex = index + word.length;
    const after = AFTER.exec(text);
    const token = after?.[3];
    if (after === null || token === undefined || token.length > 512) continue;
    const from = index + word.length + after[0].length;
    const before = /[A-Za-z0-9_.-]*$/.exec(text.slice(Math.max(0, index - BEFORE), index))?.[0] ?? "";
    const blank = after[2] === " " || after[2] === "\t";
    if (blank && !(before.endsWith("--") || /-$/.test(before) || /^bearer$/i.test(word) || /(?:bearer|basic|token)[ \t]/i.test(after[0].slice((after[1] ?? "").length)))) continue;
    const name = `${before}${word}${after[1] ?? ""}`;
    if (HARMLESS.test(name) || !isRandom(token, WEAK.test(word))) continue;
    yield { rule: "high-entropy", from, to: from + token.length };
  }
}

/** @param weak the word alone says little: hex beside it may be any sum */
function isRandom(token: string, weak: boolean): boolean {
  if (PLACEHOLDER.test(token) || SUM.test(token) || AGENT_ID.test(token) || UUID.test(token)) return false;
  const value = token.replace(/=+$/, "");
  if (/^[0-9a-f]+$/i.test(value)) return !weak && value.length >= 32 && entropy(value) >= 3;
  const digits = value.replace(/[^0-9]/g, "").length;
  if (digits === 0 || /^[0-9_-]+$/.test(value) || isPath(value)) return false;
  const both = /[a-z]/.test(value) && /[A-Z]/.test(value);
  const bits = entropy(value);
  return both ? bits >= 3.6 && (digits >= 2 || bits >= 4.2) && !isWords(value) : digits >= 4 && bits >= 3.8 && !isWords(value);
}

/** Paths have several short names between slashes. */
function isPath(value: string): boolean {
  return value.startsWith("/") || value.split("/").length > 3 || /(?:^|\/)[a-z]+(?:[_-][a-z]+)*\//.test(value);
}

/** An identifier: most of it are words of letters in one case, four or longer. */
function isWords(value: string): boolean {
  const words = value.match(/[A-Z]?[a-z]{3,}|[A-Z]{4,}/g) ?? [];
  return words.reduce((sum, word) => sum + word.length, 0) > value.length * 0.6;
}
