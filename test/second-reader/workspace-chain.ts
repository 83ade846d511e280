import { sameBytes, toHex } from "./bytes.ts";
import { demand, refuseAs } from "./errors.ts";
import { joinPieces } from "./body.ts";
import type { Files } from "./lane-tree.ts";
import { parseRootPath, parseTextPath } from "./paths.ts";
import { H } from "./primitives.ts";
import { type Workspace, replay } from "./workspace.ts";

const bad = "workspace-invalid";

/** Verifies the workspace chain; its commits' trees come oldest first. */
export async function readWorkspaceChain(trees: AsyncIterable<Files>): Promise<Workspace> {
  return refuseAs(bad, ["too-new"], async () => {
    let before: Files = new Map();
    let statements: Uint8Array[] = [];
    for await (const files of trees) {
      const next = statementsOf(files);
      checkGrows(before, files, statements.length);
      demand(next.length > statements.length, bad, "a commit without a new statement");
      before = files;
      statements = next;
    }
    const workspace = replay(statements);
    checkTexts(before, workspace);
    return workspace;
  });
}

/** The statements in a tree of the chain. */
export function statementsOf(files: Files): Uint8Array[] {
  const pieces: Uint8Array[][] = [];
  for (const [path, bytes] of files) {
    if (parseTextPath(path)) continue;
    const parsed = parseRootPath(path);
    demand(parsed !== undefined && bytes.length < 4096, bad, `path ${path}, or its length`);
    demand(parsed.statement < files.size && parsed.piece < files.size, bad, "statements or pieces with gaps");
    (pieces[parsed.statement] ??= [])[parsed.piece] = bytes;
  }
  const complete = Array.from(pieces, (list) => Array.from(list ?? []));
  return complete.map((list, n) => {
    const known = list.filter((piece) => piece !== undefined);
    demand(known.length > 0 && known.length === list.length, bad, `statement ${n} has gaps`);
    return joinPieces(known);
  });
}

function checkGrows(before: Files, after: Files, known: number): void {
  for (const [path, bytes] of before) {
    const same = after.get(path);
    demand(same !== undefined && sameBytes(same, bytes), bad, `${path} was changed or removed`);
  }
  for (const path of after.keys()) {
    const text = parseTextPath(path);
    if (text) {
      demand(before.has(path) || !before.has(`p/${text.hash}/0`), bad, "a piece was added to an old text");
      continue;
    }
    demand(before.has(path) || (parseRootPath(path)?.statement ?? -1) >= known, bad, "a piece was added to an old statement");
  }
}

/** Texts are named by a policy, and are what it names. */
function checkTexts(files: Files, workspace: Workspace): void {
  const named = new Set(workspace.policies.flatMap(({ documents }) => documents.map(({ hash }) => hash)));
  const texts = new Map<string, Uint8Array[]>();
  for (const [path, bytes] of files) {
    const parsed = parseTextPath(path);
    if (!parsed) continue;
    demand(parsed.piece < 17, bad, "a text that is too long");
    const pieces = texts.get(parsed.hash) ?? [];
    pieces[parsed.piece] = bytes;
    texts.set(parsed.hash, pieces);
  }
  for (const [hash, list] of texts) {
    const pieces = Array.from(list).filter((piece) => piece !== undefined);
    demand(pieces.length === list.length, bad, "a text with gaps");
    const text = joinPieces(pieces);
    demand(named.has(hash) && text.length <= 65_536 && toHex(H(text)) === hash, bad, `the text ${hash}`);
  }
}
