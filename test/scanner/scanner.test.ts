import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { secretScanner } from "../../src/adapters/scanner/scanner.ts";
import { STANDARD } from "../../src/adapters/scanner/standard.ts";
import { FileScan } from "../../src/app/scan/chunks.ts";
import { maskSecret } from "../../src/domain/secrets/mask.ts";
import type { Finding, Scanner } from "../../src/ports/scanner.ts";
import { BASE64, HARMLESS, pem, random, SECRETS, WORD } from "./made-up.ts";

const { hashes } = await loadCrypto();
const scanner = secretScanner({ hashes });
const own = (text: string): Scanner => secretScanner({ hashes, own: { text, file: "/c/secrets" } });
const named = Object.entries(SECRETS);

function scan(text: string, by = scanner): readonly Finding[] {
  return by.scan(Buffer.from(text), "lines");
}

/** A record whose text is JSON in JSON, `deep` times. */
function record(text: string, deep: number): string {
  let value: unknown = { role: "user", content: `look at this:\n${text}\nthanks` };
  for (let i = 0; i < deep; i++) value = { payload: JSON.stringify(value) };
  return `${JSON.stringify(value)}\n`;
}

describe("what is found", () => {
  it.each(named)("%s, whole, as it stands and in JSON once, twice and three times", (_, { text, secret }) => {
    expect(scan(text.replaceAll("\n", "\\n")).map((finding) => finding.text)).toEqual([secret]);
    for (const deep of [0, 1, 2]) {
      const line = record(text, deep);
      const findings = scan(line);
      expect(findings.map((finding) => finding.text)).toEqual([secret]);
      const [{ from, to } = { from: 0, to: 0 }] = findings;
      let raw = Buffer.from(line).subarray(from, to).toString();
      for (let i = 0; i <= deep; i++) raw = JSON.parse(`"${raw}"`) as string;
      expect(raw).toBe(secret);
    }
  });
  it("gives places in bytes where text is not ASCII, and where it is no UTF-8", () => {
    const secret = SECRETS["github"]?.secret ?? "";
    for (const before of [Buffer.from("schön → 🔑 "), Buffer.from([0xff, 0xfe, 0x80, 0x20])]) {
      const bytes = Buffer.concat([before, Buffer.from(`\\"é ${secret} ö`)]);
      const [finding] = scanner.scan(bytes, "text");
      expect(bytes.subarray(finding?.from, finding?.to).toString()).toBe(secret);
    }
  });
  it("a private key whose lines a tool has numbered", () => {
    const numbered = pem("RSA ").split("\n").map((line, i) => `${String(i + 1).padStart(6)}→${line}`).join("\n");
    const [finding, ...others] = scan(record(numbered, 1));
    expect(finding?.rule).toBe("privatekey");
    expect(others).toEqual([]);
    expect(finding?.text.startsWith("-----BEGIN RSA")).toBe(true);
    expect(finding?.text.endsWith("KEY-----")).toBe(true);
  });
  it("each of two that touch, and never two for one place", () => {
    const a = SECRETS["github"]?.secret ?? "";
    const b = SECRETS["stripe"]?.secret ?? "";
    expect(scan(record(`token=${a}\n${b}`, 0)).map(({ text }) => text)).toEqual([a, b]);
  });
  it("in a text file over several lines", () => {
    expect(scanner.scan(Buffer.from(`a\n${pem("EC ")}\nb`), "text").map(({ text }) => text)).toEqual([pem("EC ")]);
  });
  it("nothing that reaches from one record into the next", () => {
    const [head, ...rest] = pem("").split("\n");
    expect(scan(`${head}\n${rest.join("\n")}\n`)).toEqual([]);
    expect(scan(`password=\n${random(WORD, 32)}\n`)).toEqual([]);
  });
});

describe("ids of access keys of AWS", () => {
  const id = random("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
  it.each(["AK" + "IA", "AS" + "IA"])("are found that begin with %s, alone and beside the secret", (kind) => {
    expect(scan(record(`aws_access_key_id = ${kind}${id}`, 1)).map(({ rule, text }) => [rule, text])).toEqual([["aws", kind + id]]);
    const { text, secret } = SECRETS["awsSecret"] ?? { text: "", secret: "" };
    expect(scan(record(`export AWS_ACCESS_KEY_ID=${kind}${id}\nexport ${text}`, 1)).map((finding) => finding.text)).toEqual([kind + id, secret]);
  });
  it("are not, where the documentation shows them, nor numbers of accounts and ids of roles", () => {
    const examples = ["AK" + "IAIOSFODNN7EXAMPLE", "AK" + "IAI44QH8DHBEXAMPLE", "AS" + "IAIOSFODNN7EXAMPLE"];
    const secrets = ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"];
    for (const text of [...examples, `aws_account_id=${"1234"}${"56789012"}`, `AROA${id}`, `AIDA${id}`, `xAKIA${id}`]) expect(scan(record(text, 0))).toEqual([]);
    for (const text of secrets) expect(scan(record(`aws_secret_access_key = ${text}`, 0))).toEqual([]);
  });
});

describe("what is not found", () => {
  it.each(HARMLESS.map((text) => [text.slice(0, 60), text] as const))("%s", (_, text) => {
    for (const deep of [0, 1]) expect(scan(record(text, deep))).toEqual([]);
    expect(scanner.scan(Buffer.from(text), "text")).toEqual([]);
  });
  it("a comment in the text switches nothing off", () => {
    const secret = SECRETS["github"]?.secret ?? "";
    expect(scan(`// secretlint-disable\n${secret}\n`)).toHaveLength(1);
  });
});

describe("one's own patterns", () => {
  it("are found, named by their line, beside the standing rules", () => {
    const mine = own("# codenames\n\nprojekt-[a-zäö]{4,10}\nINT-\\d{6}\n");
    expect(scan(record("see projekt-mäöwe and INT-123456", 1), mine).map(({ rule, text }) => [rule, text])).toEqual([
      ["own-3", "projekt-mäöwe"],
      ["own-4", "INT-123456"],
    ]);
  });
  it.each([
    ["ok\n(unclosed", 2],
    ["#\n#\na*", 3],
    ["[z-a]", 1],
  ])("names the line that is none: %j", (text, line) => {
    expect(() => own(text)).toThrowError(expect.objectContaining({ code: "usage", data: { line }, message: expect.stringContaining(`line ${line} of '/c/secrets'`) as string }));
  });
  it("stops a pattern that tries too many ways, and names it", () => {
    expect(() => scan(`${"a".repeat(60)}!\n`, own("fine\n(a+)+$"))).toThrowError(expect.objectContaining({ code: "usage", message: "the pattern in line 2 of '/c/secrets' takes too long" }));
  });
  it("change the name of the rule set", () => {
    expect(own("a1")).not.toEqual(scanner.rules);
    const names = [scanner, own(""), own("# nothing"), own("a1"), own("a2"), own("\na1")].map(({ rules }) => Buffer.from(rules).toString("hex"));
    expect(new Set(names).size).toBe(4);
    expect(scanner.rules).toHaveLength(16);
  });
});

describe("a file in pieces", () => {
  const lines = named.map(([, { text }], i) => record(`${"padding words here ".repeat(4000 * (i % 3))}${text}`, i % 2));
  const long = `${JSON.stringify({ image: random(BASE64, 3000).repeat(1000), then: `${"words and words ".repeat(100_000)}${SECRETS["gitlab"]?.secret}` })}\n`;
  const file = Buffer.from([...lines.slice(0, 9), long, ...lines.slice(9)].join(""));
  const scanned = (pieces: readonly number[]): readonly Finding[] => {
    const found: Finding[] = [];
    const scan = new FileScan(scanner, "lines", (finding) => void found.push(finding));
    for (let at = 0, i = 0; at < file.length; i++) {
      const size = pieces[i % pieces.length] ?? 1;
      scan.push(file.subarray(at, at + size));
      at += size;
    }
    expect(scan.isTorn).toBe(false);
    scan.finish();
    return found;
  };
  it("gives the same, however it is cut, and where in the file it lies", () => {
    const whole = scanned([file.length]);
    expect(whole).toHaveLength(named.length + 1);
    for (const pieces of [[1 << 20], [1 << 16], [99_991, 7, 300_001], [(1 << 20) + 1, 5]]) expect(scanned(pieces)).toEqual(whole);
    for (const { from, to, text } of whole) if (/^[\w-]+$/.test(text)) expect(file.subarray(from, to).toString()).toBe(text);
  });
  it("counts once what lies in two windows, wherever it begins", () => {
    const [window, overlap] = [1 << 20, 1 << 15];
    const secret = SECRETS["github"]?.secret ?? "";
    const digits = own("[0-9]{8,}");
    for (const [found, by] of [[secret, scanner], ["1234567890".repeat(3), digits]] as const) {
      for (const at of [window - overlap - 20, window - overlap, window - overlap + 1, window - 1000, window - 10, window, 2 * (window - overlap) - 5]) {
        const text = `"${"ab ".repeat(window).slice(0, at - 2)} ${found} ${"cd ".repeat(window / 2)}"\n`;
        for (const step of [text.length, 300_000]) {
          const places: number[] = [];
          const scan = new FileScan(by, "lines", ({ from }) => void places.push(from));
          for (let i = 0; i < text.length; i += step) scan.push(Buffer.from(text.slice(i, i + step)));
          scan.finish();
          expect(places).toEqual([at]);
        }
      }
    }
  });
  it("takes a line of 100 MB with little memory", () => {
    const block = Buffer.from(random(BASE64, 1 << 16).repeat(16));
    let found = 0;
    const scan = new FileScan(scanner, "lines", () => void found++);
    scan.push(Buffer.from('{"data":"'));
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 100; i++) scan.push(block);
    scan.push(Buffer.from(` ${SECRETS["slack"]?.secret}"}\n`));
    scan.finish();
    expect(found).toBe(1);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20);
  });
});

describe("a masked secret", () => {
  it("shows at most four characters, and never more than a quarter", () => {
    expect(maskSecret("abcdefghijklmnopqrstuvwxyz")).toBe("abcd… (26 characters)");
    expect(maskSecret("abcdefgh")).toBe("ab… (8 characters)");
    expect(maskSecret("abc")).toBe("… (3 characters)");
  });
});

it("the rule set names the versions of the packages that are installed", () => {
  const { devDependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { devDependencies: Record<string, string> };
  const prefix = "@secretlint/secretlint-rule-";
  const installed = Object.entries(devDependencies).filter(([name]) => name.startsWith(prefix));
  expect(STANDARD).toBe(installed.map(([name, version]) => `${name.slice(prefix.length)} ${version}`).sort().join(", "));
});
