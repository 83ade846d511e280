import { toHex, utf8 } from "../../src/domain/bytes.ts";
import { encodeCbor, type CborInput } from "../../src/format/cbor.ts";
import { erasureBody } from "../../src/format/erasure.ts";
import { idBytes } from "../../src/format/ids.ts";
import { ok, type Vector, type VectorFile } from "./vector.ts";
import type { World } from "./world.ts";

const AGENT = "claude-code";
const ID = "0a1b2c3d-0000-4000-8000-000000000001";

export function erasureVectors({ crypto, session }: World): VectorFile {
  const name = crypto.hashes.h16(utf8(`${AGENT}\0${ID}`));
  const v = (title: string, expect: string, body: CborInput, facts: object = {}): Vector => ({ name: title, expect, body: toHex(encodeCbor(body)), ...facts });
  const bad = "encoding-invalid";
  const good = { kind: "erasure", session: idBytes(session), name };
  return {
    page: "wrap.md",
    about: "Bodies of sealed items of the kind `erasure`. `hash` is that of `agent` and `id`.",
    vectors: [
      v("good", ok, erasureBody({ session, name: toHex(name) }), { session, agent: AGENT, id: ID, hash: toHex(name) }),
      v("with a key that is not known", ok, { ...good, more: 1 }),
      v("another kind", bad, { ...good, kind: "tie" }),
      v("no kind", bad, { session: good.session, name }),
      v("no session", bad, { kind: "erasure", name }),
      v("a session of 15 bytes", bad, { ...good, session: good.session.subarray(1) }),
      v("no name", bad, { kind: "erasure", session: good.session }),
      v("a name of 32 bytes", bad, { ...good, name: crypto.hashes.h(name) }),
      v("a name as text", bad, { ...good, name: toHex(name) }),
    ],
  };
}
