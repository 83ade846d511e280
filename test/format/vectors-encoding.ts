import { concat, toHex, utf8 } from "../../src/domain/bytes.ts";
import { encodeCbor } from "../../src/format/cbor.ts";
import { decodeEnvelope, encodeEnvelope, signEnvelope } from "../../src/format/envelope.ts";
import { authorWrapId, commitment, nextChainKey, partKey, privateKey } from "../../src/format/part-keys.ts";
import { treeState } from "../../src/format/state.ts";
import { flip, invalid, ok } from "./vector.ts";
import type { Vector, VectorFile } from "./vector.ts";
import type { World } from "./world.ts";

export function cborVectors(): VectorFile {
  const cases: readonly (readonly [string, string, string])[] = [
    ["zero", ok, "00"],
    ["23", ok, "17"],
    ["24", ok, "1818"],
    ["2^53-1", ok, "1b001fffffffffffff"],
    ["empty map", ok, "a0"],
    ["map, keys in bytewise order of their encodings", ok, "a3617a0062616101626262f5"],
    ["the key __proto__ is a key like another", ok, "a1695f5f70726f746f5f5fa0"],
    ["text with a byte-order mark", ok, "63efbbbf"],
    ["23 in two bytes", invalid, "1817"],
    ["0 in nine bytes", invalid, "1b0000000000000000"],
    ["2^53", invalid, "1b0020000000000000"],
    ["negative", invalid, "20"],
    ["float 1.0", invalid, "f93c00"],
    ["float NaN", invalid, "f97e00"],
    ["null", invalid, "f6"],
    ["undefined", invalid, "f7"],
    ["simple value 0", invalid, "e0"],
    ["tag", invalid, "c000"],
    ["bignum tag", invalid, "c24101"],
    ["duplicate key", invalid, "a2616100616101"],
    ["keys out of order", invalid, "a2616200616101"],
    ["longer key before a shorter one", invalid, "a262616100617a00"],
    ["integer key", invalid, "a10000"],
    ["byte string key", invalid, "a1416100"],
    ["indefinite array", invalid, "9fff"],
    ["indefinite map", invalid, "bfff"],
    ["indefinite bytes", invalid, "5f4100ff"],
    ["break alone", invalid, "ff"],
    ["length in more bytes than needed", invalid, "580161"],
    ["invalid UTF-8", invalid, "61ff"],
    ["half a surrogate pair in UTF-8", invalid, "63eda080"],
    ["trailing byte", invalid, "0000"],
    ["empty input", invalid, ""],
    ["bytes cut off", invalid, "4401"],
    ["array of 2^32 items", invalid, "9affffffff"],
    ["map of 2^53 items", invalid, "bb0020000000000000"],
    ["nested to depth 16", ok, `${"81".repeat(16)}00`],
    ["nested to depth 17", invalid, `${"81".repeat(17)}00`],
    ["1000 nested arrays", invalid, `${"81".repeat(1000)}00`],
  ];
  return { page: "encoding.md", about: "CBOR that a reader takes or refuses.", vectors: cases.map(([name, expect, cbor]) => ({ name, expect, cbor })) };
}

export function envelopeVectors(world: World): VectorFile {
  const { signer } = world.crypto;
  const publicKey = toHex(signer.publicKey(world.laneSeed));
  const payload = encodeCbor({ v: 1, a: "example" });
  const sign = (message: Uint8Array): Uint8Array => signer.sign(world.laneSeed, message);
  const good = signEnvelope("hx/manifest/v1", { v: 1, a: "example" }, sign);
  const type = "hx/manifest/v1";
  const v = (name: string, expect: string, envelope: Uint8Array, more: object = {}): Vector => ({ name, expect, type, public_key: publicKey, envelope: toHex(envelope), ...more });
  const signature = decodeEnvelope(good, type).signature;
  return {
    page: "encoding.md",
    about: "An envelope read as `type` and verified with `public_key`; `seed` made the signature.",
    vectors: [
      v("good", ok, good, { seed: toHex(world.laneSeed), payload: toHex(payload) }),
      v("signed for another type", "signature-invalid", encodeCbor([type, payload, sign(concat(utf8("hx/header/v1"), Uint8Array.of(0), payload))])),
      v("signed without the type", "signature-invalid", encodeCbor([type, payload, sign(payload)])),
      v("another type", invalid, signEnvelope("hx/header/v1", { v: 1, a: "example" }, sign)),
      v("payload changed", "signature-invalid", encodeCbor([type, flip(payload, payload.length - 1), signature])),
      v("signature changed", "signature-invalid", encodeCbor([type, payload, flip(signature, 0)])),
      v("signature too short", invalid, encodeCbor([type, payload, signature.slice(1)])),
      v("four parts", invalid, encodeCbor([type, payload, signature, 0])),
      v("signed payload that is not deterministic", invalid, encodeEnvelope({ type, payload: Uint8Array.of(0x18, 0x01), signature: sign(concat(utf8(type), Uint8Array.of(0, 0x18, 0x01))) })),
      v("trailing byte", invalid, concat(good, Uint8Array.of(0))),
    ],
  };
}

export function keyTreeVectors(world: World): VectorFile {
  const { hashes } = world.crypto;
  const vectors: Vector[] = [];
  let chainKey = hashes.h(utf8("test secret chain"));
  for (let i = 0; i < 3; i++) {
    const key = partKey(hashes, chainKey);
    vectors.push({
      name: `part ${i} of the chain of part 0`,
      expect: ok,
      session: world.session,
      n: i,
      chain: 0,
      chain_key: toHex(chainKey),
      part_key: toHex(key),
      next_chain_key: toHex(nextChainKey(hashes, chainKey)),
      commit: toHex(commitment(hashes.h, key, world.session, i)),
      private_key: toHex(privateKey(hashes, key)),
      author_wrap_id: authorWrapId(hashes, world.session, 0),
    });
    chainKey = nextChainKey(hashes, chainKey);
  }
  const later = { chain_key: hashes.h(utf8("test secret chain of part 2")), n: 2 };
  const key = partKey(hashes, later.chain_key);
  vectors.push({
    name: "part 2, which starts a chain", expect: ok, session: world.session, n: 2, chain: 2, chain_key: toHex(later.chain_key), part_key: toHex(key),
    next_chain_key: toHex(nextChainKey(hashes, later.chain_key)), commit: toHex(commitment(hashes.h, key, world.session, 2)),
    private_key: toHex(privateKey(hashes, key)), author_wrap_id: authorWrapId(hashes, world.session, 2),
  });
  return { page: "encoding.md", about: "chain_key is C[n]; the author's wrap id is of chain `chain`.", vectors };
}

export function pathVectors(): VectorFile {
  const id = "ab".repeat(16);
  const cases: readonly (readonly [string, string, string])[] = [
    ["lane", ok, "h"],
    ["lane", ok, "b/0"],
    ["lane", ok, "b/12"],
    ["lane", ok, `s/ab/${id}/m`],
    ["lane", ok, `s/ab/${id}/p0`],
    ["lane", ok, `s/ab/${id}/4294967295`],
    ["lane", ok, `x/ab/${id}`],
    ["lane", "lane-invalid", ""],
    ["lane", "lane-invalid", "b"],
    ["lane", "lane-invalid", "b/00"],
    ["lane", "lane-invalid", "b/-1"],
    ["lane", "lane-invalid", `s/ac/${id}/m`],
    ["lane", "lane-invalid", `s/ab/${id.toUpperCase()}/m`],
    ["lane", "lane-invalid", `s/ab/${id}`],
    ["lane", "lane-invalid", `s/ab/${id}/p01`],
    ["lane", "lane-invalid", `s/ab/${id}/4294967296`],
    ["lane", "lane-invalid", `s/ab/${id}/m/x`],
    ["lane", "lane-invalid", `s/ab/${id}/m\n`],
    ["lane", "lane-invalid", "../h"],
    ["lane", "lane-invalid", `w/ab/${id}`],
    ["keys", ok, "h"],
    ["keys", ok, `w/ab/${id}`],
    ["keys", ok, `t/ab/${id}`],
    ["keys", "keys-invalid", `x/ab/${id}`],
    ["keys", "keys-invalid", `w/ac/${id}`],
    ["root", ok, "c/00/00000000.0"],
    ["root", ok, "c/ff/000001ff.12"],
    ["root", ok, `p/${"0a".repeat(32)}/0`],
    ["root", ok, `p/${"0a".repeat(32)}/16`],
    ["root", "workspace-invalid", `p/${"0a".repeat(32)}/00`],
    ["root", "workspace-invalid", `p/${"0A".repeat(32)}/0`],
    ["root", "workspace-invalid", `p/${"0a".repeat(16)}/0`],
    ["root", "workspace-invalid", `p/${"0a".repeat(32)}`],
    ["root", "workspace-invalid", "c/01/00000000.0"],
    ["root", "workspace-invalid", "c/00/0000000.0"],
    ["root", "workspace-invalid", "c/00/00000000.00"],
  ];
  return { page: "lane.md", about: "Paths in the trees of a lane, a keys ref and the workspace chain.", vectors: cases.map(([tree, expect, path]) => ({ name: `${tree} '${path.replace("\n", "\\n")}'`, expect, tree, path })) };
}

export function stateVectors(world: World): VectorFile {
  const { h } = world.crypto.hashes;
  const make = (name: string, paths: readonly string[]): Vector => {
    const files = new Map(paths.map((path) => [path, h(utf8(path))]));
    return { name, expect: ok, files: Object.fromEntries([...files].map(([path, hash]) => [path, toHex(hash)])), state: toHex(treeState(h, files)) };
  };
  const id = "ab".repeat(16);
  return {
    page: "lane.md",
    about: "State of a tree from the H of each blob. A header's state leaves out h and b.",
    vectors: [
      make("empty", []),
      make("one file", [`x/ab/${id}`]),
      make("10 comes before 2 and m, bytewise", [`s/ab/${id}/10`, `s/ab/${id}/2`, `s/ab/${id}/m`, `s/ab/${id}/p0`, `x/ab/${id}`]),
    ],
  };
}
