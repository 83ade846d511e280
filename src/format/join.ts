import { toHex } from "../domain/bytes.ts";
import { HxError } from "../domain/errors.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { DeviceStatement } from "../domain/workspace/statement.ts";
import { cardMap, cardOf, openCard } from "./card.ts";
import type { Card, CardEnvelopes } from "./card.ts";
import { decodeCborMap } from "./cbor.ts";
import type { CborInput, CborMap } from "./cbor.ts";
import { decodeEnvelope, openEnvelope, openEnvelopeBy } from "./envelope.ts";
import { bytesField, checkVersion, intField, mapField } from "./fields.ts";
import { deviceIdOf, idBytes, personField, workspaceField } from "./ids.ts";
import type { Hash, HashFunctions, Verify } from "./primitives.ts";
import { WRAP_PUBLIC_KEY, wrapField } from "./wrap.ts";

/** docs/spec/workspace.md, "Join": what somebody says who asks to come in. */
export interface Join {
  readonly workspace: WorkspaceId;
  readonly card: CardEnvelopes;
  /** Sealed to the membership box key of `epoch`. */
  readonly name: Uint8Array;
  readonly epoch: number;
}

export interface OpenedJoin extends Join {
  /** What the card says, verified. */
  readonly opened: Card;
  readonly fingerprint: string;
}

/** What a machine says that asks to become a device of a member. */
export interface DeviceJoin {
  readonly workspace: WorkspaceId;
  readonly device: DeviceStatement;
}

export interface OpenedDeviceJoin extends DeviceJoin {
  readonly fingerprint: string;
}

export function joinPayload(join: Join): CborInput {
  return { v: 1, ws: idBytes(join.workspace), card: cardMap(join.card), name: join.name, epoch: join.epoch };
}

export function deviceJoinPayload(workspace: WorkspaceId, device: Omit<DeviceStatement, "id">): CborInput {
  return { v: 1, ws: idBytes(workspace), person: idBytes(device.person), sign: device.sign, box: device.box };
}

/** What the payload of an `hx/join/v1` says, with nothing verified. @throws HxError `encoding-invalid`, `wrap-invalid`, `too-new` */
export function decodeJoin(payload: Uint8Array): Join {
  return joinOf(decodeCborMap(payload));
}

/** Verifies the card, and that a device of it has signed. @throws HxError `encoding-invalid`, `signature-invalid`, `wrap-invalid`, `too-new` */
export function openJoin(hashes: HashFunctions, verify: Verify, envelope: Uint8Array): OpenedJoin {
  const join = decodeJoin(decodeEnvelope(envelope, "hx/join/v1").payload);
  const opened = openCard(hashes, verify, join.card);
  if (opened.keys.length === 0) throw new HxError("encoding-invalid", "a card without a person key");
  const { payload } = openEnvelope(envelope, "hx/join/v1", (message, signature) => opened.devices.some(({ sign }) => verify(sign, message, signature)));
  return { ...join, opened, fingerprint: fingerprint(hashes.h, payload) };
}

/** @throws HxError `encoding-invalid`, `signature-invalid`, `too-new` */
export function openDeviceJoin(hashes: HashFunctions, verify: Verify, envelope: Uint8Array): OpenedDeviceJoin {
  const { payload, map } = openEnvelopeBy(envelope, "hx/join-device/v1", signerOf, verify);
  const sign = bytesField(map, "sign", 32);
  const device = { id: deviceIdOf(hashes, sign), person: personField(map, "person"), sign, box: bytesField(map, "box", WRAP_PUBLIC_KEY) };
  return { workspace: workspaceField(map, "ws"), device, fingerprint: fingerprint(hashes.h, payload) };
}

/** What two people compare: the first 20 bytes of `H(payload)` as 10 groups of 4 hex digits. */
export function fingerprint(h: Hash, payload: Uint8Array): string {
  return toHex(h(payload).subarray(0, 20)).replace(/(....)(?=.)/g, "$1 ");
}

function joinOf(map: CborMap): Join {
  checkVersion(map, "request to join");
  return { workspace: workspaceField(map, "ws"), card: cardOf(mapField(map, "card")), name: wrapField(map, "name", "name"), epoch: intField(map, "epoch") };
}

function signerOf(map: CborMap): Uint8Array {
  checkVersion(map, "request of a device");
  return bytesField(map, "sign", 32);
}
