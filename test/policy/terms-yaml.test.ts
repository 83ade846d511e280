import { expect, it } from "vitest";
import { termsYaml } from "../../src/adapters/connection/terms-yaml.ts";
import { fromUtf8, utf8 } from "../../src/domain/bytes.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { TERMS } from "./terms.ts";

const printed = fromUtf8(termsYaml.print(TERMS));

function outcome(text: string): string {
  try {
    termsYaml.parse(utf8(text));
    return "ok";
  } catch (error) {
    return isHxError(error) ? error.code : String(error);
  }
}

it("the terms come back as they were printed, also without an end", () => {
  expect(termsYaml.parse(utf8(printed))).toEqual(TERMS);
  const endless = { ...TERMS, retention: null, approval: null, instruments: [], company: "true: #1" };
  expect(termsYaml.parse(termsYaml.print(endless))).toEqual(endless);
});

it.each([
  ["a key that is none", `${printed}retension: 3\n`],
  ["a key that is missing", printed.replace(/^group: .*\n/m, "")],
  ["a group of four", printed.replace(/^group: .*$/m, "group: 4")],
  ["a notice without end", printed.replace(/^notice: .*$/m, "notice: none")],
  ["a flag as text", printed.replace(/^pause: .*$/m, "pause: 'true'")],
  ["a list that is none", printed.replace(/^instruments:\n(?: .*\n)*/m, "instruments: none\n")],
  ["an alias", printed.replace(/^company: .*$/m, "company: *x")],
  ["version 0", printed.replace("version: 1", "version: 0")],
  ["nothing", ""],
])("with %s they are refused", (_, text) => {
  expect(text).not.toBe(printed);
  expect(outcome(text)).toBe("policy-invalid");
});

it("of a later program they are told apart", () => {
  expect(outcome(printed.replace("version: 1", "version: 2"))).toBe("too-new");
});
