import { fromHex, toHex, utf8 } from "../../domain/bytes.ts";
import type { Said, StatementHash } from "../../domain/sharing/statement.ts";
import type { CborInput, CborMap } from "../cbor.ts";
import { bad, bytesField, checkVersion, intField, optionalBytesField, textField } from "../fields.ts";
import { deviceField, idBytes, personField, repoField, workspaceField } from "../ids.ts";

/** Bytes of UTF-8. */
export const MAX_REASON = 400;

/** With what every payload of sharing begins. */
export function saidMap(said: Said): { readonly [key: string]: CborInput } {
  return { v: 1, ws: idBytes(said.workspace), repo: idBytes(said.repo), lane: said.lane, person: idBytes(said.person), device: idBytes(said.device), at: said.at };
}

/** @throws HxError `encoding-invalid`, or `too-new` for a version that is not known. */
export function saidOf(map: CborMap, kind: string): Said {
  checkVersion(map, kind);
  return {
    workspace: workspaceField(map, "ws"),
    repo: repoField(map, "repo"),
    lane: bytesField(map, "lane", 32),
    person: personField(map, "person"),
    device: deviceField(map, "device"),
    at: intField(map, "at"),
  };
}

export function hashBytes(hash: StatementHash): Uint8Array {
  return fromHex(hash);
}

export function hashField(map: CborMap, key: string): StatementHash {
  return toHex(bytesField(map, key, 32));
}

export function optionalHashField(map: CborMap, key: string): StatementHash | undefined {
  const hash = optionalBytesField(map, key, 32);
  return hash === undefined ? undefined : toHex(hash);
}

export function reasonField(map: CborMap): string {
  const reason = textField(map, "reason");
  if (utf8(reason).length > MAX_REASON) throw bad("reason", `at most ${MAX_REASON} bytes`);
  return reason;
}

/** Ids as hex sort as their bytes do. @throws HxError `encoding-invalid` unless there is one, they rise, and none is there twice. */
export function checkRising(ids: readonly string[], key: string): void {
  if (ids.length === 0) throw bad(key, "at least one");
  const rises = ids.every((id, i) => i === 0 || (ids[i - 1] ?? "") < id);
  if (!rises) throw bad(key, "sorted, each there once");
}
