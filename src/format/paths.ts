import { refName, isLaneId, sessionId } from "../domain/ids.ts";
import type { ItemId, LaneId, RefName, SessionId } from "../domain/ids.ts";
import { itemId, laneId } from "../domain/ids.ts";

/** The trees and refs of docs/spec/lane.md and workspace.md: build a path, or parse one strictly. */
export const HEADER_PATH = "h";
export const bodyPath = (piece: number): string => `b/${piece}`;
export const sessionPath = (session: SessionId): string => `s/${session.slice(0, 2)}/${session}`;
export const manifestPath = (session: SessionId): string => `${sessionPath(session)}/m`;
export const partPath = (session: SessionId, part: number): string => `${sessionPath(session)}/p${part}`;
export const segmentPath = (session: SessionId, segment: number): string => `${sessionPath(session)}/${segment}`;
export const itemPath = (id: ItemId): string => `x/${id.slice(0, 2)}/${id}`;
export const wrapPath = (id: string): string => `w/${id.slice(0, 2)}/${id}`;
export const tombstonePath = (id: string): string => `t/${id.slice(0, 2)}/${id}`;

export type LanePath =
  | { readonly kind: "header" }
  | { readonly kind: "body"; readonly number: number }
  | { readonly kind: "manifest"; readonly session: SessionId }
  | { readonly kind: "part"; readonly session: SessionId; readonly number: number }
  | { readonly kind: "segment"; readonly session: SessionId; readonly number: number }
  | { readonly kind: "item"; readonly id: ItemId };

const NUMBER = "(0|[1-9][0-9]{0,9})";
const BODY = new RegExp(`^b/${NUMBER}$`);
const SESSION_FILE = new RegExp(`^s/([0-9a-f]{2})/(\\1[0-9a-f]{30})/(m|(p?)${NUMBER})$`);
const ITEM = /^x\/([0-9a-f]{2})\/(\1[0-9a-f]{30})$/;
const KEYS_FILE = /^([wt])\/([0-9a-f]{2})\/(\2[0-9a-f]{30})$/;
const STATEMENT = new RegExp(`^c/([0-9a-f]{2})/([0-9a-f]{6}\\1)\\.${NUMBER}$`);
const DOCUMENT = new RegExp(`^p/([0-9a-f]{64})/${NUMBER}$`);

/** Part numbers take part in hashes as 4 bytes, so no number is larger. */
const MAX_NUMBER = 0xffffffff;

/** null for anything that may not lie in the tree of a lane. */
export function parseLanePath(path: string): LanePath | null {
  if (path === HEADER_PATH) return { kind: "header" };
  const body = numberIn(BODY.exec(path)?.[1]);
  if (body !== null) return { kind: "body", number: body };
  const item = ITEM.exec(path)?.[2];
  if (item !== undefined) return { kind: "item", id: itemId(item) };
  const [, , id, name, mark, digits] = SESSION_FILE.exec(path) ?? [];
  if (id === undefined) return null;
  const session = sessionId(id);
  if (name === "m") return { kind: "manifest", session };
  const number = numberIn(digits);
  return number === null ? null : { kind: mark === "p" ? "part" : "segment", session, number };
}

export type KeysPath = { readonly kind: "header" } | { readonly kind: "wrap" | "tombstone"; readonly id: string };

/** null for anything that may not lie in the tree of a keys ref. */
export function parseKeysPath(path: string): KeysPath | null {
  if (path === HEADER_PATH) return { kind: "header" };
  const [, tree, , id] = KEYS_FILE.exec(path) ?? [];
  return id === undefined ? null : { kind: tree === "w" ? "wrap" : "tombstone", id };
}

export function statementPath(n: number, piece: number): string {
  const digits = n.toString(16).padStart(8, "0");
  return `c/${digits.slice(6)}/${digits}.${piece}`;
}

/** @param hash H of the text's bytes, hex */
export const documentPath = (hash: string, piece: number): string => `p/${hash}/${piece}`;

export type RootPath =
  | { readonly kind: "statement"; readonly number: number; readonly piece: number }
  /** A text of a policy, by the hash of its bytes. */
  | { readonly kind: "document"; readonly hash: string; readonly piece: number };

/** null for anything that may not lie in the tree of the workspace chain. */
export function parseRootPath(path: string): RootPath | null {
  const [, hash, documentPiece] = DOCUMENT.exec(path) ?? [];
  const at = numberIn(documentPiece);
  if (hash !== undefined) return at === null ? null : { kind: "document", hash, piece: at };
  const [, , digits, piece] = STATEMENT.exec(path) ?? [];
  const number = numberIn(piece);
  return digits === undefined || number === null ? null : { kind: "statement", number: Number.parseInt(digits, 16), piece: number };
}

function numberIn(digits: string | undefined): number | null {
  if (digits === undefined) return null;
  const number = Number(digits);
  return number <= MAX_NUMBER ? number : null;
}

/** All refs of hx lie under this. */
export const SESSIONS_PREFIX = "refs/sessions/v1/";
export const ROOT_REF: RefName = refName(`${SESSIONS_PREFIX}root`);
export const laneRef = (lane: LaneId): RefName => refName(`${SESSIONS_PREFIX}lane/${lane}`);
export const keysRef = (lane: LaneId): RefName => refName(`${SESSIONS_PREFIX}keys/${lane}`);
export const joinRef = (id: string): RefName => refName(`${SESSIONS_PREFIX}join/${id}`);

export type SessionsRef =
  | { readonly kind: "root" }
  | { readonly kind: "lane" | "keys"; readonly lane: LaneId }
  | { readonly kind: "join" | "log" | "tally"; readonly name: string };

const REF = /^(lane|keys|join|log|tally)\/([A-Za-z0-9._/-]+)$/;

/** null for a ref that is not one of hx. */
export function parseSessionsRef(ref: string): SessionsRef | null {
  if (!ref.startsWith(SESSIONS_PREFIX)) return null;
  const rest = ref.slice(SESSIONS_PREFIX.length);
  if (rest === "root") return { kind: "root" };
  const [, kind, name] = REF.exec(rest) ?? [];
  if (kind === undefined || name === undefined) return null;
  if (kind === "lane" || kind === "keys") return isLaneId(name) ? { kind, lane: laneId(name) } : null;
  return kind === "join" || kind === "log" || kind === "tally" ? { kind, name } : null;
}
