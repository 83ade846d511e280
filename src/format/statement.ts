import type { DeviceId, WorkspaceId } from "../domain/ids.ts";
import { decodeCborMap } from "./cbor.ts";
import type { CborInput } from "./cbor.ts";
import { bad, checkVersion, intField, mapField, optionalBytesField, textField } from "./fields.ts";
import { deviceField, idBytes, workspaceField } from "./ids.ts";
import { bodyMap, decodeStatementBody } from "./statement-body.ts";
import type { StatementBody } from "./statement-body.ts";

/** docs/spec/workspace.md, "Statements". Genesis is number 0 and names neither workspace nor predecessor. */
export interface StatementPlace {
  readonly n: number;
  readonly workspace?: WorkspaceId;
  /** Hash of the envelope of the statement before. */
  readonly previous?: Uint8Array;
  /** The device that makes it. */
  readonly by: DeviceId;
}

/** One TypeScript type a statement type: narrow by `type`. */
export type Statement = StatementPlace & StatementBody;

export function statementPayload(statement: Statement): CborInput {
  return {
    v: 1,
    ws: statement.workspace === undefined ? undefined : idBytes(statement.workspace),
    n: statement.n,
    prev: statement.previous,
    by: idBytes(statement.by),
    type: statement.type,
    body: bodyMap(statement),
  };
}

/** @throws HxError `encoding-invalid`, or `too-new` for a version or type that is not known. */
export function decodeStatement(payload: Uint8Array): Statement {
  const map = decodeCborMap(payload);
  checkVersion(map, "statement");
  const n = intField(map, "n", 0xffffffff);
  const previous = optionalBytesField(map, "prev", 32);
  const body = decodeStatementBody(textField(map, "type"), mapField(map, "body"));
  if ((n === 0) !== (body.type === "genesis")) throw bad("type", "'genesis' for statement 0 and for no other");
  if ((n === 0) !== (previous === undefined)) throw bad("prev", "absent in genesis and there after it");
  if ((n === 0) === map.has("ws")) throw bad("ws", "absent in genesis and there after it");
  const place = { n, by: deviceField(map, "by"), ...(map.has("ws") ? { workspace: workspaceField(map, "ws") } : {}), ...(previous === undefined ? {} : { previous }) };
  return { ...place, ...body };
}

/** The device that a statement claims to be by, to find its key. Nothing is verified. @throws HxError `encoding-invalid` */
export function claimedSigner(payload: Uint8Array): DeviceId {
  return deviceField(decodeCborMap(payload), "by");
}
