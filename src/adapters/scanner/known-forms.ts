import { entropy, type Match } from "./match.ts";

/** Tokens that their beginning gives away, of services for which the packages have no rule, or an older form only. */
const FORMS: readonly (readonly [string, RegExp])[] = [
  ["stripe", /(?<![A-Za-z0-9])(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,128}/g],
  ["gitlab", /(?<![A-Za-z0-9])gl(?:pat|dt|rt|ptt|oas)-[A-Za-z0-9_-]{20,64}/g],
  ["google-api-key", /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g],
  ["google-oauth", /(?<![A-Za-z0-9])(?:ya29\.[A-Za-z0-9_-]{20,512}|GOCSPX-[A-Za-z0-9_-]{28})/g],
  ["huggingface", /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,64}/g],
  ["pypi", /(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{50,256}/g],
  ["digitalocean", /(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{64}/g],
  ["shopify", /(?<![A-Za-z0-9])shp(?:pa|ca|at|ss)_[A-Za-z0-9]{32,64}/g],
  ["linear", /(?<![A-Za-z0-9])lin_(?:api|oauth)_[A-Za-z0-9]{32,128}/g],
  ["1password", /(?<![A-Za-z0-9])ops_ey[A-Za-z0-9+/=]{100,2048}/g],
  ["groq", /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{40,64}/g],
  ["jwt", /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,2048}\.eyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{16,1024}/g],
];
const SK = /(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{32,220}/g;

export function* knownForms(text: string): Generator<Match> {
  for (const [rule, form] of FORMS) {
    for (const { index, 0: found } of text.matchAll(form)) yield { rule, from: index, to: index + found.length };
  }
  for (const { index, 0: found } of text.matchAll(SK)) {
    if (/[0-9]/.test(found) && /[A-Z]|[a-f0-9]{32}/.test(found) && entropy(found) >= 3.5) yield { rule: "sk-key", from: index, to: index + found.length };
  }
}

const BEGIN = /-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** What stands in a key, and between its lines where a tool numbers them. */
const BODY = /[A-Za-z0-9+/=:,.\s\\|>→-]{0,16384}/y;
const END = /-----END (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/;
const MATERIAL = /[A-Za-z0-9+/]{24,}/;

/** A private key in PEM, also with numbered lines, and one that was cut off. */
export function* privateKeys(text: string): Generator<Match> {
  for (const { index, 0: begin } of text.matchAll(BEGIN)) {
    BODY.lastIndex = index + begin.length;
    const body = BODY.exec(text)?.[0] ?? "";
    const end = END.exec(body);
    const inner = end === null ? body : body.slice(0, end.index);
    if (!MATERIAL.test(inner)) continue;
    const length = end === null ? materialEnd(body) : end.index + end[0].length;
    yield { rule: "privatekey", from: index, to: index + begin.length + length };
  }
}

/** Of a key without an end: up to its last long run. */
function materialEnd(body: string): number {
  let end = 0;
  for (const { index, 0: run } of body.matchAll(/[A-Za-z0-9+/=]{16,}/g)) end = index + run.length;
  return end;
}
