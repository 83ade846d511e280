import { toHex } from "../../src/domain/bytes.ts";
import type { CborInput } from "../../src/format/cbor.ts";
import { sealItem } from "../../src/format/item.ts";
import { shownBody } from "../../src/format/shown.ts";
import { ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import type { World } from "./world.ts";

/** Items that say which version of the policy somebody was shown. */
export function shownVectors({ crypto, repo, lane, personKey, personKeySeed }: World): VectorFile {
  const v = (name: string, expect: string, body: CborInput, facts: object = {}): Vector => ({
    name,
    expect,
    seed: toHex(personKeySeed),
    repo,
    lane: toHex(lane),
    item: toHex(sealItem(crypto, [personKey, personKey], { repo, lane }, body)),
    ...facts,
  });
  const shown = { kind: "shown", version: 3, at: 1 };
  return {
    page: "policy.md",
    about: "Items of kind `shown`, opened with `seed`.",
    vectors: [
      v("good", ok, shownBody({ version: 3, at: 1_790_000_000_000 }), { version: 3, at: 1_790_000_000_000 }),
      v("a key that is not known", ok, { ...shown, more: "x" }, { version: 3, at: 1 }),
      v("version 0", "encoding-invalid", { ...shown, version: 0 }),
      v("no time", "encoding-invalid", { kind: "shown", version: 3 }),
      v("a version that is a text", "encoding-invalid", { ...shown, version: "3" }),
      v("another kind", "encoding-invalid", { ...shown, kind: "tie" }),
    ],
  };
}
