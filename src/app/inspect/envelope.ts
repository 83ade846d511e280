import { toHex } from "../../domain/bytes.ts";
import type { CborMap, CborValue } from "../../format/cbor.ts";
import { decodeCbor, decodeCborMap } from "../../format/cbor.ts";
import { decodeEnvelope, type EnvelopeType } from "../../format/envelope.ts";
import { certificateMessage, decodeHeader } from "../../format/header.ts";
import { laneIdOf } from "../../format/ids.ts";
import { membershipKey } from "../../domain/workspace/state.ts";
import type { Ledger } from "../ledger.ts";
import { cborFields } from "./cbor-fields.ts";
import type { Decoded, InspectField, InspectSection } from "./inspection.ts";
import { signatureFields, stateHere } from "./signature.ts";

const KINDS: Readonly<Record<EnvelopeType, string>> = {
  "hx/header/v1": "header",
  "hx/manifest/v1": "manifest",
  "hx/keys/v1": "keys header",
  "hx/tie/v1": "tie",
  "hx/tombstone/v1": "tombstone",
  "hx/person/v1": "person",
  "hx/device/v1": "device",
  "hx/person-key/v1": "person key",
  "hx/repo/v1": "repository genesis",
  "hx/statement/v1": "statement",
  "hx/join/v1": "request to join",
  "hx/join-device/v1": "request of a device",
  "hx/anchor/v1": "anchor",
  "hx/request/v1": "request",
  "hx/withdrawal/v1": "withdrawal",
  "hx/denial/v1": "denial",
  "hx/approval/v1": "approval",
  "hx/revocation/v1": "revocation",
  "hx/access/v1": "access",
};

/** The type of the envelope that these bytes are, or null. */
export function envelopeType(bytes: Uint8Array): EnvelopeType | null {
  try {
    const value: CborValue = decodeCbor(bytes);
    const first: unknown = Array.isArray(value) && value.length === 3 ? value[0] : null;
    return (Object.keys(KINDS) as EnvelopeType[]).find((type) => type === first) ?? null;
  } catch {
    return null;
  }
}

/** Fields and signature of an envelope. Nothing sealed in it is opened. */
export async function decodedEnvelope(ledger: Ledger, bytes: Uint8Array, type: EnvelopeType): Promise<Decoded> {
  const envelope = decodeEnvelope(bytes, type);
  const map = decodeCborMap(envelope.payload);
  const more = type === "hx/header/v1" ? await headerSections(ledger, envelope.payload) : [];
  return {
    kind: KINDS[type],
    sections: [
      { title: "envelope", fields: [["type", type], ["bytes", bytes.length], ["hash", toHex(ledger.crypto.hashes.h(bytes))]] },
      { title: "payload", fields: [...laneName(ledger, map), ...cborFields(map)] },
      { title: "signature", fields: await signatureFields(ledger, envelope, map) },
      ...more,
    ],
  };
}

function laneName(ledger: Ledger, map: CborMap): readonly InspectField[] {
  const lane = map.get("lane");
  return lane instanceof Uint8Array && lane.length === 32 ? [["lane id", laneIdOf(ledger.crypto.hashes, lane)]] : [];
}

async function headerSections(ledger: Ledger, payload: Uint8Array): Promise<readonly InspectSection[]> {
  const header = decodeHeader(payload);
  const state = await stateHere(ledger);
  const key = state === null ? null : membershipKey(state, header.certificate.epoch);
  const message = certificateMessage(header.workspace, header.repo, header.lane, header.eraser);
  const verifies = key === null ? "not known: the membership key of this epoch is not here" : ledger.crypto.signer.verify(key.sign, message, header.certificate.signature);
  return [{ title: "certificate", fields: [["epoch", header.certificate.epoch], ["verifies", verifies]] }];
}
