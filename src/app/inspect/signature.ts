import { toHex } from "../../domain/bytes.ts";
import { laneId, type LaneId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { cardOf, openCard } from "../../format/card.ts";
import type { CborMap } from "../../format/cbor.ts";
import { signedMessage, type Envelope } from "../../format/envelope.ts";
import { mapField } from "../../format/fields.ts";
import { ROOT_REF } from "../../format/paths.ts";
import { laneIdOf } from "../../format/ids.ts";
import type { Ledger } from "../ledger.ts";
import { AS_THEY_ARE, laneSource } from "../read/lane-source.ts";
import { readLaneHead } from "../lane/own-head.ts";
import { readChain } from "../workspace/chain.ts";
import { replayChain } from "../workspace/replay.ts";
import type { InspectField } from "./inspection.ts";

type Key = readonly [name: string, key: Uint8Array];

/** Whether the signature of an envelope verifies, and by which of the keys that may have made it. */
export async function signatureFields(ledger: Ledger, envelope: Envelope, map: CborMap): Promise<readonly InspectField[]> {
  const { type, payload, signature } = envelope;
  const keys = await candidates(ledger, type, map).catch(() => []);
  const signer = keys.find(([, key]) => key.length === 32 && ledger.crypto.signer.verify(key, signedMessage(type, payload), signature));
  const shown: InspectField = ["signature", toHex(signature)];
  if (signer !== undefined) return [shown, ["verifies", true], ["signed by", `${signer[0]} ${toHex(signer[1]).slice(0, 16)}…`]];
  if (keys.length === 0) return [shown, ["verifies", "not known: the key that may have signed it is not here"]];
  return [shown, ["verifies", false], ["tried", keys.map(([name, key]) => `${name} ${toHex(key).slice(0, 16)}…`).join(", ")]];
}

/** The verified workspace chain as it is here; null when there is none, or it does not hold. */
export async function stateHere(ledger: Ledger): Promise<WorkspaceState | null> {
  const { store } = ledger.repository;
  try {
    const tip = await store.read(ROOT_REF);
    return tip === null ? null : replayChain(ledger.crypto, (await readChain(store, tip, ledger.clock.now())).statements);
  } catch {
    return null;
  }
}

async function candidates(ledger: Ledger, type: Envelope["type"], map: CborMap): Promise<readonly Key[]> {
  switch (type) {
    case "hx/header/v1":
    case "hx/manifest/v1":
    case "hx/keys/v1":
      return named("lane key", map.get("lane"));
    case "hx/person/v1":
      return named("person signing key", map.get("sign"));
    case "hx/repo/v1":
    case "hx/join-device/v1":
      return named("device key", map.get("sign"));
    case "hx/tombstone/v1":
      return eraserOf(ledger, map.get("lane"));
    case "hx/device/v1":
    case "hx/person-key/v1":
      return personKeys(await stateHere(ledger), map.get("person"));
    case "hx/statement/v1":
    case "hx/anchor/v1":
      return deviceKey(await stateHere(ledger), map.get("by"));
    case "hx/join/v1":
      return cardKeys(ledger, map);
    case "hx/request/v1":
    case "hx/withdrawal/v1":
    case "hx/denial/v1":
    case "hx/approval/v1":
    case "hx/revocation/v1":
    case "hx/access/v1":
      return deviceKey(await stateHere(ledger), map.get("device"));
    case "hx/tie/v1":
      return [];
  }
}

function named(name: string, key: unknown): readonly Key[] {
  return key instanceof Uint8Array ? [[name, key]] : [];
}

async function eraserOf(ledger: Ledger, lane: unknown): Promise<readonly Key[]> {
  if (!(lane instanceof Uint8Array)) return [];
  const id: LaneId = laneId(laneIdOf(ledger.crypto.hashes, lane));
  const source = await laneSource(ledger, AS_THEY_ARE, id);
  if (source === null) return [];
  const { header } = await readLaneHead(source.store, ledger.crypto, id, source.publicKey, source.head);
  return [["eraser key of the lane", header.eraser]];
}

function cardKeys(ledger: Ledger, map: CborMap): readonly Key[] {
  const { hashes, signer } = ledger.crypto;
  const { devices } = openCard(hashes, (key, message, signature) => signer.verify(key, message, signature), cardOf(mapField(map, "card")));
  return devices.map((device): Key => ["device key", device.sign]);
}

function personKeys(state: WorkspaceState | null, id: unknown): readonly Key[] {
  if (state === null || !(id instanceof Uint8Array)) return [];
  const person = [...state.persons.values()].find((candidate) => candidate.id === toHex(id));
  if (person === undefined) return [];
  const devices = [...state.devices.values()].filter((device) => device.person === person.id);
  return [["person signing key", person.sign], ...devices.map((device): Key => ["device key", device.sign])];
}

function deviceKey(state: WorkspaceState | null, id: unknown): readonly Key[] {
  if (state === null || !(id instanceof Uint8Array)) return [];
  const device = [...state.devices.values()].find((candidate) => candidate.id === toHex(id));
  return device === undefined ? [] : [["device key", device.sign]];
}
