import { utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";

/** A passphrase as bytes: UTF-8 of its NFKC form (docs/spec/keyfile.md). @throws HxError `usage` when it is empty */
export function passphraseBytes(text: string): Uint8Array {
  if (text === "") throw new HxError("usage", "the passphrase is empty", { hints: ["for a machine that nobody unlocks: --no-passphrase"] });
  return utf8(text.normalize("NFKC"));
}
