import { concat, fromUtf8, utf8 } from "../../domain/bytes.ts";
import type { TextForm } from "../../domain/secrets/unescape.ts";
import type { Finding, Scanner } from "../../ports/scanner.ts";
import { FileScan } from "../scan/chunks.ts";

const LINE_END = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What stands for a secret. */
export function marker(rule: string): string {
  return `[redacted:${rule}]`;
}

/** Replaces all that these scanners find. A line that was JSON is JSON after it. */
export function redactBytes(bytes: Uint8Array, form: TextForm, scanners: readonly Scanner[]): { readonly bytes: Uint8Array; readonly replaced: number } {
  const findings = apart(scanners.flatMap((scanner) => findingsIn(bytes, form, scanner)));
  if (findings.length === 0) return { bytes, replaced: 0 };
  const pieces: Uint8Array[] = [];
  let done = 0;
  let next = 0;
  while (next < findings.length) {
    const first = findings[next];
    if (first === undefined) break;
    const [from, to] = unitAround(bytes, first, form);
    const inside: Finding[] = [];
    for (let finding = findings[next]; finding !== undefined && finding.from < to; finding = findings[++next]) inside.push({ ...finding, from: finding.from - from, to: Math.min(finding.to, to) - from });
    pieces.push(bytes.subarray(done, from), redactUnit(bytes.subarray(from, to), inside));
    done = to;
  }
  pieces.push(bytes.subarray(done));
  return { bytes: concat(...pieces), replaced: findings.length };
}

/** As `redactBytes`, of a short text. */
export function redactText(text: string, scanners: readonly Scanner[]): string {
  return fromUtf8(redactBytes(utf8(text), "text", scanners).bytes);
}

function findingsIn(bytes: Uint8Array, form: TextForm, scanner: Scanner): Finding[] {
  const findings: Finding[] = [];
  const scan = new FileScan(scanner, form, (finding) => void findings.push(finding));
  scan.push(bytes);
  scan.finish();
  return findings;
}

function apart(findings: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = [];
  for (const finding of [...findings].sort((a, b) => a.from - b.from || b.to - a.to)) {
    const last = kept.at(-1);
    if (last === undefined || finding.from >= last.to) kept.push(finding);
    else if (finding.to > last.to) kept[kept.length - 1] = { ...last, to: finding.to };
  }
  return kept;
}

/** The line of a finding, without its line feed; of a text, all of it. */
function unitAround(bytes: Uint8Array, { from, to }: Finding, form: TextForm): readonly [number, number] {
  if (form === "text") return [0, bytes.length];
  const end = bytes.indexOf(LINE_END, to - 1);
  return [from === 0 ? 0 : bytes.lastIndexOf(LINE_END, from - 1) + 1, end < 0 ? bytes.length : end];
}

function redactUnit(unit: Uint8Array, findings: readonly Finding[]): Uint8Array {
  if (!isJson(unit)) return spliced(unit, findings.map(({ rule, from, to }) => ({ from, to, text: marker(rule) })));
  const redacted = spliced(unit, findings.flatMap((finding) => withinJson(unit, finding)));
  // Of what cannot be cut, nothing is shown.
  return isJson(redacted) ? redacted : utf8(JSON.stringify(marker(findings[0]?.rule ?? "")));
}

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function spliced(bytes: Uint8Array, splices: readonly Splice[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let done = 0;
  for (const { from, to, text } of splices) {
    if (from < done) continue;
    pieces.push(bytes.subarray(done, from), utf8(text));
    done = to;
  }
  return concat(...pieces, bytes.subarray(done));
}

/** What of a finding lies in strings, and the numbers and words that it touches: quotes, commas and brackets stay. */
function withinJson(unit: Uint8Array, { rule, from, to }: Finding): readonly Splice[] {
  const splices: Splice[] = [];
  for (const token of tokensOf(unit)) {
    if (token.to <= from) continue;
    if (token.from >= to) break;
    if (token.isString) splices.push({ from: Math.max(from, token.from), to: Math.min(to, token.to), text: marker(rule) });
    else splices.push({ from: token.from, to: token.to, text: JSON.stringify(marker(rule)) });
  }
  return splices;
}

/** Contents of strings, and numbers and words. */
function* tokensOf(unit: Uint8Array): Generator<{ readonly from: number; readonly to: number; readonly isString: boolean }> {
  for (let at = 0; at < unit.length; ) {
    const byte = unit[at] ?? 0;
    if (byte === QUOTE) {
      const from = at + 1;
      for (at = from; at < unit.length && unit[at] !== QUOTE; at++) if (unit[at] === BACKSLASH) at++;
      yield { from, to: Math.min(at, unit.length), isString: true };
      at++;
    } else if (isWord(byte)) {
      const from = at;
      while (at < unit.length && isWord(unit[at] ?? 0)) at++;
      yield { from, to: at, isString: false };
    } else {
      at++;
    }
  }
}

function isWord(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122) || byte === 43 || byte === 45 || byte === 46 || byte === 69;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(fromUtf8(bytes));
    return true;
  } catch {
    return false;
  }
}
