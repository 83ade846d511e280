import path from "node:path";
import type { SourceFile } from "../../../ports/agent.ts";
import type { Listed } from "../shared/listed.ts";
import { firstRecord } from "../shared/listed.ts";
import { headOf } from "../shared/open-file.ts";
import { isJson, textOf } from "../shared/record.ts";
import { entriesOf, realDirectory } from "../shared/store.ts";

/** Stands in recorded paths for the folder that Pi makes of a directory, so that they stay the same in another one. */
export const FOLDER = "_";
export const SESSIONS = "sessions";
const ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,127}";
const IS_ID = new RegExp(`^${ID}$`);
const TRANSCRIPT = new RegExp(`^\\d{4}-\\d{2}-\\d{2}T[\\d-]{1,20}Z_(${ID})\\.jsonl$`);

export function isId(text: string): boolean {
  return IS_ID.test(text);
}

/** The session of a file by its name; undefined when it is none of Pi's. */
export function idOfName(name: string): string | undefined {
  return TRANSCRIPT.exec(name)?.[1];
}

/** The name of the folder in which Pi keeps the sessions of a directory. Lossy, so it never says what the directory was. */
export function folderOf(directory: string): string {
  return `--${directory.replace(/^[/\\]/, "").replace(/[/\\:]/g, "-")}--`;
}

/** `sessionDir` in Pi's own settings, unless it depends on where Pi was started; undefined without. */
export async function sessionDirOfSettings(agent: string): Promise<string | undefined> {
  const root = await realDirectory(agent);
  if (root === null) return undefined;
  const bytes = await headOf(path.join(root, "settings.json"), [root], 1 << 20);
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    const set = isJson(value) ? textOf(value, "sessionDir") : undefined;
    return set !== undefined && (path.isAbsolute(set) || /^~[/\\]/.test(set)) ? set : undefined;
  } catch {
    return undefined;
  }
}

/** The sessions in the given folders and in those directly below, by the names of their files. Of two files of one id the newer counts. */
export async function sessionsIn(folders: readonly string[], roots: readonly string[]): Promise<readonly Listed[]> {
  const files = new Map<string, { readonly name: string; readonly absolute: string }>();
  for (const folder of folders) {
    for (const entry of await entriesOf(folder)) {
      const below = entry.isDirectory() ? await entriesOf(path.join(folder, entry.name)) : [];
      const found = entry.isDirectory() ? below.map((each) => ({ each, directory: path.join(folder, entry.name) })) : [{ each: entry, directory: folder }];
      for (const { each, directory } of found) {
        const id = each.isFile() ? idOfName(each.name) : undefined;
        if (id === undefined) continue;
        const known = files.get(id);
        if (known === undefined || known.name < each.name) files.set(id, { name: each.name, absolute: path.join(directory, each.name) });
      }
    }
  }
  return [...files].map(([id, { name, absolute }]) => listed(id, name, absolute, roots));
}

function listed(id: string, name: string, absolute: string, roots: readonly string[]): Listed {
  const file: SourceFile = { path: `${SESSIONS}/${FOLDER}/${name}`, absolute, role: "transcript", growth: "append" };
  return {
    id,
    files: async () => [file],
    beginning: async () => {
      const header = (await firstRecord(absolute, roots)) ?? {};
      const cwd = textOf(header, "cwd");
      const parent = parentOf(header);
      return { directories: cwd === undefined ? [] : [cwd], ...(parent === undefined ? {} : { parent }) };
    },
  };
}

/** The session that a header names as its origin: it names a file. */
export function parentOf(header: Readonly<Record<string, unknown>>): string | undefined {
  const file = textOf(header, "parentSession") ?? textOf(header, "branchedFrom");
  return file === undefined ? undefined : idOfName(file.split(/[\\/]/).at(-1) ?? "");
}
