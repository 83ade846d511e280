import { describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { secretScanner } from "../../src/adapters/scanner/scanner.ts";
import { redactBytes } from "../../src/app/redact/redact-bytes.ts";
import { knownSecrets } from "../../src/app/scan/known-secrets.ts";
import type { Secret } from "../../src/ports/scanner.ts";
import { pem, random, SECRETS, WORD } from "./made-up.ts";

const { hashes } = await loadCrypto();
const scanner = secretScanner({ hashes });

function redacted(text: string, form: "lines" | "text", secrets: readonly Secret[] = [], own = ""): string {
  const rules = secretScanner({ hashes, own: { text: own, file: "secrets" } });
  return Buffer.from(redactBytes(Buffer.from(text), form, [rules, knownSecrets(secrets)]).bytes).toString();
}

const nested = (text: string, deep: number): string => (deep === 0 ? text : JSON.stringify({ v: nested(text, deep - 1) }));

/** The text at the bottom of what `nested` made. */
function bottom(json: string, deep: number): string {
  return deep === 0 ? json : bottom((JSON.parse(json) as { v: string }).v, deep - 1);
}

describe("a redacted line", () => {
  it.each(Object.entries(SECRETS))("with %s is JSON as before, at every depth, and all else stays", (_, { text, secret }) => {
    for (const deep of [1, 2, 3]) {
      const before = `say "hi" \\ ${text}\n\té → end`;
      const line = nested(before, deep);
      const after = redacted(`${nested("one", 1)}\n${line}\n${nested("two", 1)}\n`, "lines").split("\n");
      expect([after[0], after[2], after[3]]).toEqual([nested("one", 1), nested("two", 1), ""]);
      expect(bottom(after[1] ?? "", deep)).toMatch(/^say "hi" \\ [\s\S]*\[redacted:[a-z0-9-]+\][\s\S]*\n\té → end$/);
      expect(bottom(after[1] ?? "", deep)).toBe(before.replace(secret, /\[redacted:[a-z0-9-]+\]/.exec(after[1] ?? "")?.[0] ?? ""));
    }
  });
  it("stays JSON where a pattern reaches over strings, and touches numbers", () => {
    const line = '{"card":4111111111111111,"a":"x 4111111111111111","open":"begin","mid":[1,true,null],"close":"end"}';
    expect(redacted(line, "lines", [], "\\d{16}")).toBe('{"card":"[redacted:own-1]","a":"x [redacted:own-1]","open":"begin","mid":[1,true,null],"close":"end"}');
    const over = JSON.parse(redacted(line, "lines", [], "begin.*end")) as Record<string, unknown>;
    expect(over).toMatchObject({ a: "x 4111111111111111", open: "[redacted:own-1]" });
    expect(JSON.stringify(over)).not.toContain("end");
  });
  it("keeps a string closed that ends in backslashes", () => {
    const secret = random(WORD, 30);
    const line = JSON.stringify({ a: `token=${secret}\\`, b: "C:\\new\\table\\", c: `\\"${secret}\\"` });
    const after = redacted(line, "lines", [{ rule: "r", text: secret }]);
    expect(JSON.parse(after)).toEqual({ a: expect.stringMatching(/^token=\[redacted:[a-z-]+\]\\$/) as string, b: "C:\\new\\table\\", c: '\\"[redacted:r]\\"' });
  });
});

describe("a secret that is known", () => {
  it("goes wherever it stands, in escapes that no rule expects, and in what no rule looks at", () => {
    const secret = random(WORD, 24);
    const spelled = [...secret].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
    const run = `${random(WORD, 5000)}${secret}${random(WORD, 5000, 7)}`;
    for (const line of [`{"a":"${spelled}"}`, `{"a":"${run}"}`, `{"${secret}":1}`, `not json ${secret}`, `{"torn":"${secret}`]) {
      const after = redacted(`${line}\n`, "lines", [{ rule: "r", text: secret }]);
      expect(after).toContain("[redacted:r]");
      expect(after).not.toContain(secret);
      expect(after).not.toContain(spelled);
    }
  });
  it("takes the lines of a private key along, alone or numbered", () => {
    const key = pem("RSA ");
    const line = key.split("\n")[3] ?? "";
    expect(redacted(`${JSON.stringify({ out: `   4→${line}` })}\n`, "lines", [{ rule: "privatekey", text: key }])).toBe('{"out":"   4→[redacted:privatekey]"}\n');
  });
  it("goes from text files, over lines", () => {
    const key = pem("EC ");
    expect(redacted(`before\n${key}\nafter\n`, "text")).toBe("before\n[redacted:privatekey]\nafter\n");
    expect(redacted(JSON.stringify({ k: key }, null, 2), "text")).toBe(JSON.stringify({ k: "[redacted:privatekey]" }, null, 2));
  });
  it("does not find its own markers", () => {
    const once = redacted(Object.values(SECRETS).map(({ text }) => `${JSON.stringify({ text })}\n`).join(""), "lines");
    expect(redactBytes(Buffer.from(once), "lines", [scanner]).replaced).toBe(0);
  });
});
