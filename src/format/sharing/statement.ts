import { HxError } from "../../domain/errors.ts";
import type { SharingKind, SharingStatement } from "../../domain/sharing/statement.ts";
import { encodeCbor } from "../cbor.ts";
import type { CborInput } from "../cbor.ts";
import { encodeEnvelope, signedMessage, splitEnvelope } from "../envelope.ts";
import type { Envelope, SharingType } from "../envelope.ts";
import { accessPayload, decodeAccess } from "./access.ts";
import { approvalPayload, decodeApproval } from "./approval.ts";
import { decodeDenial, denialPayload } from "./denial.ts";
import { decodeRequest, requestPayload } from "./request.ts";
import { decodeRevocation, revocationPayload } from "./revocation.ts";
import { decodeWithdrawal, withdrawalPayload } from "./withdrawal.ts";

/** What an envelope says, not verified: the key is that of `statement.device`, over `signedMessage(signed.type, signed.payload)`. */
export interface SharingEnvelope {
  readonly signed: Envelope;
  readonly statement: SharingStatement;
}

const DECODERS: Readonly<Record<SharingKind, (payload: Uint8Array) => SharingStatement>> = {
  request: decodeRequest,
  withdrawal: decodeWithdrawal,
  denial: decodeDenial,
  approval: decodeApproval,
  revocation: decodeRevocation,
  access: decodeAccess,
};

export function isSharingKind(kind: string): kind is SharingKind {
  return Object.hasOwn(DECODERS, kind);
}

export function sharingPayload(statement: SharingStatement): CborInput {
  switch (statement.kind) {
    case "request":
      return requestPayload(statement);
    case "withdrawal":
      return withdrawalPayload(statement);
    case "denial":
      return denialPayload(statement);
    case "approval":
      return approvalPayload(statement);
    case "revocation":
      return revocationPayload(statement);
    case "access":
      return accessPayload(statement);
  }
}

/**
 * The envelope, signed by the device that `statement` names.
 * @throws HxError `encoding-invalid` for a statement that no reader would take: it is not signed.
 */
export function signSharing(statement: SharingStatement, sign: (message: Uint8Array) => Uint8Array): Uint8Array {
  const payload = encodeCbor(sharingPayload(statement));
  DECODERS[statement.kind](payload);
  const type: SharingType = `hx/${statement.kind}/v1`;
  return encodeEnvelope({ type, payload, signature: sign(signedMessage(type, payload)) });
}

/**
 * Verifies nothing.
 * @throws HxError `encoding-invalid`, or `too-new` for a version or class that is not known.
 */
export function decodeSharing(envelope: Uint8Array): SharingEnvelope {
  const { type, payload, signature } = splitEnvelope(envelope);
  const kind = kindOf(type);
  return { signed: { type: `hx/${kind}/v1`, payload, signature }, statement: DECODERS[kind](payload) };
}

/** Which of the six it is, by the type of the envelope. @throws HxError `encoding-invalid` when it is none. */
export function sharingKindOf(envelope: Uint8Array): SharingKind {
  return kindOf(splitEnvelope(envelope).type);
}

function kindOf(type: string): SharingKind {
  const kind = /^hx\/([a-z]+)\/v1$/.exec(type)?.[1] ?? "";
  if (!isSharingKind(kind)) throw new HxError("encoding-invalid", `'${type.slice(0, 40)}' is not the type of a statement of sharing`);
  return kind;
}
