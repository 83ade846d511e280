import { concat, fromHex, toBase32, toHex, utf8 } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import { deviceId, itemId, laneId, personId, projectId, repoId, sessionId, teamId, workspaceId } from "../domain/ids.ts";
import type { DeviceId, ItemId, LaneId, PersonId, ProjectId, RepoId, SessionId, TeamId, WorkspaceId } from "../domain/ids.ts";
import { asBytes } from "./fields.ts";
import type { CborMap, CborValue } from "./cbor.ts";
import type { HashFunctions } from "./primitives.ts";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The bytes of an id whose text form is hex. */
export function idBytes(id: SessionId | PersonId | DeviceId | ProjectId | TeamId | ItemId | WorkspaceId | RepoId): Uint8Array {
  return fromHex(id);
}

/** The 16 bytes of a lane id. @throws HxError `encoding-invalid` when bits are set beyond them. */
export function laneIdBytes(id: LaneId): Uint8Array {
  const bytes = new Uint8Array(16);
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (const digit of id) {
    buffer = (buffer << 5) | BASE32.indexOf(digit);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (buffer >> bits) & 255;
    buffer &= (1 << bits) - 1;
  }
  if (buffer !== 0) throw new HxError("encoding-invalid", `not a lane id: '${id}'`);
  return bytes;
}

export const laneIdFrom = (bytes: Uint8Array): LaneId => laneId(toBase32(bytes));

/** Ids by docs/spec/encoding.md, "Ids". */
export const workspaceIdOf = (hashes: HashFunctions, genesisPayload: Uint8Array): WorkspaceId => workspaceId(toHex(hashes.h(genesisPayload)));
export const repoIdOf = (hashes: HashFunctions, genesisPayload: Uint8Array): RepoId => repoId(toHex(hashes.h(genesisPayload)));
export const personIdOf = (hashes: HashFunctions, personPayload: Uint8Array): PersonId => personId(toHex(hashes.h16(personPayload)));
export const deviceIdOf = (hashes: HashFunctions, signingKey: Uint8Array): DeviceId => deviceId(toHex(hashes.h16(signingKey)));
export const laneIdOf = (hashes: HashFunctions, laneKey: Uint8Array): LaneId => laneIdFrom(hashes.h16(laneKey));
export const itemIdOf = (hashes: HashFunctions, item: Uint8Array): ItemId => itemId(toHex(hashes.h16(item)));

export const workspaceField = (map: CborMap, key: string): WorkspaceId => workspaceId(hexOf(map.get(key), key, 32));
export const repoField = (map: CborMap, key: string): RepoId => repoId(hexOf(map.get(key), key, 32));
export const sessionField = (map: CborMap, key: string): SessionId => sessionId(hexOf(map.get(key), key, 16));
export const personField = (map: CborMap, key: string): PersonId => personId(hexOf(map.get(key), key, 16));
export const deviceField = (map: CborMap, key: string): DeviceId => deviceId(hexOf(map.get(key), key, 16));
export const projectField = (map: CborMap, key: string): ProjectId => projectId(hexOf(map.get(key), key, 16));
export const teamField = (map: CborMap, key: string): TeamId => teamId(hexOf(map.get(key), key, 16));

export const asPerson = (value: CborValue | undefined, key: string): PersonId => personId(hexOf(value, key, 16));
export const asDevice = (value: CborValue | undefined, key: string): DeviceId => deviceId(hexOf(value, key, 16));
export const asRepo = (value: CborValue | undefined, key: string): RepoId => repoId(hexOf(value, key, 32));
export const asSession = (value: CborValue | undefined, key: string): SessionId => sessionId(hexOf(value, key, 16));

function hexOf(value: CborValue | undefined, key: string, length: number): string {
  return toHex(asBytes(value, key, length));
}

/** Bytes of one label, a zero byte, and a message: what is signed or hashed with a domain of its own. */
export function labelled(label: string, message: Uint8Array): Uint8Array {
  return concat(utf8(label), Uint8Array.of(0), message);
}
