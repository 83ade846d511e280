import { expect, test } from "vitest";
import { loadPasswordHash } from "../../src/adapters/crypto/argon2.ts";
import { toHex, utf8 } from "../../src/domain/bytes.ts";
import { checkKdf } from "../../src/format/key-file.ts";
import { codeOf } from "../format/outcome.ts";

const salt = Uint8Array.from({ length: 16 }, (_, i) => i);

/** Known answers from another implementation that gives the vector of RFC 9106, 5.3; libsodium has one lane only. */
test.each([
  [3, 8192, "77af1c306ae70c8ad00394b671ee364ffb2e7e12f88e5045953b12dd0ccaa9db"],
  [4, 16384, "c6a72e3a3b69435a90bcbcddda63542ba124d08756a4ce255319b9c4cbe698ad"],
])("argon2id with %i passes over %i KiB", async (passes, kibibytes, expected) => {
  const { argon2id } = await loadPasswordHash();
  expect(toHex(await argon2id(utf8("correct horse"), salt, passes, kibibytes * 1024))).toBe(expected);
});

test("a failure of the module rejects", async () => {
  const { argon2id } = await loadPasswordHash();
  await expect(argon2id(utf8("x"), new Uint8Array(15), 3, 8192 * 1024)).rejects.toThrow();
});

test("parameters at the bounds are taken, beyond them refused", () => {
  const check = (ops: number, memory: number): string => codeOf(() => checkKdf({ alg: "argon2id", ops, memory, salt }));
  for (const [ops, memory] of [[3, 67108864], [16, 67108864], [3, 1073741824]] as const) expect(check(ops, memory)).toBe("ok");
  for (const [ops, memory] of [[2, 67108864], [17, 67108864], [3, 67108863], [3, 1073741825], [0, 0]] as const) expect(check(ops, memory)).toBe("key-parameters");
});
