import { demand } from "./errors.ts";
import { maximumNumber } from "./fields.ts";

const number = "(?:0|[1-9][0-9]{0,9})";
const id = "([0-9a-f]{2})/([0-9a-f]{32})";
const sessionPath = new RegExp(`^s/${id}/(?:(m)|(p?)(${number}))$`);
const bodyPath = new RegExp(`^b/(${number})$`);
const itemPath = new RegExp(`^x/${id}$`);
const keysPath = new RegExp(`^([wt])/${id}$`);
const textPath = new RegExp(`^p/([0-9a-f]{64})/(${number})$`);
const statementPath = new RegExp(`^c/([0-9a-f]{2})/([0-9a-f]{8})\\.(${number})$`);

/** What a path in a lane's tree holds. */
export type LanePath =
  | { kind: "header" }
  | { kind: "piece"; number: number }
  | { kind: "item"; id: string }
  | { kind: "manifest"; session: string }
  | { kind: "part" | "segment"; session: string; number: number };

/** What a path in a lane's tree holds, or undefined if it may not be there. */
export function parseLanePath(path: string): LanePath | undefined {
  if (hasLineBreak(path)) return undefined;
  if (path === "h") return { kind: "header" };
  const piece = bodyPath.exec(path);
  if (piece) return inRange(piece[1]) ? { kind: "piece", number: Number(piece[1]) } : undefined;
  const item = itemPath.exec(path);
  if (item) return item[2]?.startsWith(item[1] ?? "-") ? { kind: "item", id: item[2] } : undefined;
  const match = sessionPath.exec(path);
  const session = match?.[2];
  if (!match || session === undefined || !session.startsWith(match[1] ?? "-")) return undefined;
  if (match[3] === "m") return { kind: "manifest", session };
  if (!inRange(match[5])) return undefined;
  return { kind: match[4] === "p" ? "part" : "segment", session, number: Number(match[5]) };
}

/** Whether a path may stand in a lane's tree. */
export function isLanePath(path: string): boolean {
  return parseLanePath(path) !== undefined;
}

/** What a path in a keys ref's tree holds, or undefined. */
export function parseKeysPath(path: string): { kind: "header" | "wrap" | "tombstone"; id: string } | undefined {
  if (hasLineBreak(path)) return undefined;
  if (path === "h") return { kind: "header", id: "" };
  const match = keysPath.exec(path);
  if (!match?.[3]?.startsWith(match[2] ?? "-")) return undefined;
  return { kind: match[1] === "w" ? "wrap" : "tombstone", id: match[3] };
}

/** Hash and piece number of a policy text in the workspace chain, or undefined. */
export function parseTextPath(path: string): { hash: string; piece: number } | undefined {
  const match = hasLineBreak(path) ? null : textPath.exec(path);
  return match?.[1] !== undefined && inRange(match[2]) ? { hash: match[1], piece: Number(match[2]) } : undefined;
}

/** Statement and piece number of a path in the workspace chain, or undefined. */
export function parseRootPath(path: string): { statement: number; piece: number } | undefined {
  const match = hasLineBreak(path) ? null : statementPath.exec(path);
  if (!match?.[2]?.endsWith(match[1] ?? "-") || !inRange(match[3])) return undefined;
  return { statement: parseInt(match[2], 16), piece: Number(match[3]) };
}

/** Refuses a path that may not stand in this kind of tree. */
export function checkPath(tree: string, path: string): void {
  if (tree === "lane") demand(isLanePath(path), "lane-invalid", `path ${path}`);
  if (tree === "keys") demand(parseKeysPath(path) !== undefined, "keys-invalid", `path ${path}`);
  if (tree === "root") demand((parseRootPath(path) ?? parseTextPath(path)) !== undefined, "workspace-invalid", `path ${path}`);
}

function inRange(text: string | undefined): boolean {
  return text !== undefined && Number(text) <= maximumNumber;
}

function hasLineBreak(path: string): boolean {
  return path.includes("\n");
}
