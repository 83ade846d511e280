import { utf8 } from "../../domain/bytes.ts";
import { isOid } from "../../domain/ids.ts";
import type { Request, Subject, TurnRange } from "../../domain/sharing/statement.ts";
import { decodeCborMap } from "../cbor.ts";
import type { CborInput, CborMap, CborValue } from "../cbor.ts";
import { asInt, asList, bad, bytesField, intField, optionalListField, textField } from "../fields.ts";
import { idBytes, personField, sessionField, teamField } from "../ids.ts";
import { reasonField, saidMap, saidOf } from "./said.ts";

/** Bytes of UTF-8. */
const MAX_PATH = 4096;
const MAX_LINE = 0xffffffff;

export function requestPayload(request: Request): CborInput {
  return {
    ...saidMap(request),
    to: idBytes(request.to),
    team: idBytes(request.team),
    nonce: request.nonce,
    reason: request.reason,
    ...("session" in request.about ? { session: idBytes(request.about.session) } : request.about),
    turns: request.turns,
  };
}

/** @throws HxError `encoding-invalid`, `too-new` */
export function decodeRequest(payload: Uint8Array): Request {
  const map = decodeCborMap(payload);
  const turns = optionalListField(map, "turns");
  return {
    kind: "request",
    ...saidOf(map, "request"),
    to: personField(map, "to"),
    team: teamField(map, "team"),
    nonce: bytesField(map, "nonce", 16),
    reason: reasonField(map),
    about: subjectOf(map),
    ...(turns === undefined ? {} : { turns: rangesOf(turns) }),
  };
}

function subjectOf(map: CborMap): Subject {
  if (map.has("session") === map.has("commit")) throw bad("session", "there without 'commit', or absent beside it");
  if (map.has("path") && !map.has("commit")) throw bad("path", "beside a commit");
  if (map.has("line") && !map.has("path")) throw bad("line", "beside a path");
  if (map.has("session")) return { session: sessionField(map, "session") };
  const commit = textField(map, "commit");
  if (!isOid(commit)) throw bad("commit", "a git object id");
  if (!map.has("path")) return { commit };
  const path = textField(map, "path");
  if (path === "" || utf8(path).length > MAX_PATH) throw bad("path", `a path of at most ${MAX_PATH} bytes`);
  if (!map.has("line")) return { commit, path };
  const line = intField(map, "line", MAX_LINE);
  if (line === 0) throw bad("line", "a number from 1 on");
  return { commit, path, line };
}

function rangesOf(turns: readonly CborValue[]): TurnRange[] {
  if (turns.length === 0) throw bad("turns", "at least one range");
  let before = 0;
  return turns.map((range) => {
    const [first, last] = asList(range, "turns", 2);
    const from = asInt(first, "turns");
    const to = asInt(last, "turns");
    if (from <= before || to < from) throw bad("turns", "ranges of turns that rise and do not overlap");
    before = to;
    return [from, to] as const;
  });
}
