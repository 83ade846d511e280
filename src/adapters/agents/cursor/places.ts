import path from "node:path";
import { headOf } from "../shared/open-file.ts";
import { recordOf } from "../shared/parsed.ts";
import { isAbsolutePath, textOf } from "../shared/record.ts";

const LARGEST_META = 1 << 20;
const LARGEST_LOG = 4 << 20;

/** What `meta.json` beside a database of the CLI says. */
export async function directoryBeside(chat: string, roots: readonly string[]): Promise<string | undefined> {
  const meta = recordOf(await headOf(path.join(chat, "meta.json"), roots, LARGEST_META));
  const cwd = meta === null ? undefined : textOf(meta, "cwd");
  return cwd !== undefined && isAbsolutePath(cwd) && !cwd.includes("\0") ? cwd : undefined;
}

/** The workspace that the log of a project's folder names. Two of them share a folder when their names differ in signs alone: then none is told. */
export async function directoryOfProject(project: string, roots: readonly string[]): Promise<string | undefined> {
  const log = Buffer.from(await headOf(path.join(project, "worker.log"), roots, LARGEST_LOG)).toString("utf8");
  const named = new Set([...log.matchAll(/(?:^|\s)workspacePath=(?:"([^"\r\n]+)"|([^\r\n]+?))(?=\s+\w+=|\s*$)/gm)].map(([, quoted, bare]) => quoted ?? bare ?? ""));
  const [only, ...others] = named;
  return only !== undefined && others.length === 0 && isAbsolutePath(only) && !only.includes("\0") ? only : undefined;
}
