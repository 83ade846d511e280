import { unescapeBytes, unescapeText, type TextForm } from "../../domain/secrets/unescape.ts";
import type { Finding, Scanner, Secret } from "../../ports/scanner.ts";

/** Shorter ones are found where a rule finds them, and are not looked for elsewhere: they are words as well. */
const SHORTEST = 6;
/** A line of a private key that gives a part of it away. */
const KEY_LINE = /^[A-Za-z0-9+/=]{32,}$/;

/** Looks for secrets that are known, wherever and however escaped they stand: a rule finds some only beside a word that tells. */
export function knownSecrets(secrets: readonly Secret[]): Scanner {
  const wanted = new Map(secrets.flatMap(withLines).filter(({ text }) => text.length >= SHORTEST).map(({ rule, text }) => [unescapeText(text), rule]));
  return {
    rules: new Uint8Array(16),
    scan(chunk: Uint8Array, form: TextForm): readonly Finding[] {
      const flat = unescapeBytes(chunk, form, "keep");
      const findings: Finding[] = [];
      for (const [text, rule] of wanted) {
        for (let at = flat.text.indexOf(text); at >= 0; at = flat.text.indexOf(text, at + text.length)) {
          const [from, to] = flat.bytesOf(at, at + text.length);
          findings.push({ rule, text, from, to });
        }
      }
      return findings;
    },
  };
}

function withLines(secret: Secret): readonly Secret[] {
  const lines = secret.text.split(/\s+/).filter((line) => line !== secret.text && KEY_LINE.test(line));
  return [secret, ...lines.map((text) => ({ rule: secret.rule, text }))];
}
