import path from "node:path";
import { isHxError } from "../../../domain/errors.ts";
import { pathOfUri } from "../shared/file-uri.ts";
import { headOf } from "../shared/open-file.ts";
import { recordOf } from "../shared/parsed.ts";
import { isJson, listOf, textOf } from "../shared/record.ts";
import type { Databases } from "../shared/sqlite/databases.ts";
import { entriesOf, isInside, realDirectory } from "../shared/store.ts";
import type { Database } from "../shared/sqlite/value.ts";
import { bytesOf, decoded, parsed } from "./chat-lines.ts";
import { composerAt, type Composer } from "./composers.ts";
import { isId } from "./store.ts";

/** A conversation of the editor, and where it was found. */
export interface FoundComposer extends Composer {
  /** The editor's database, absolute. */
  readonly database: string;
}

/** What editors have of some conversations. `failure`: a database could not be read. */
export interface Composers {
  readonly found: ReadonlyMap<string, FoundComposer>;
  /** The folder of the window that lists a conversation. */
  readonly folders: ReadonlyMap<string, string>;
  readonly failure?: unknown;
}

/**
 * Conversations of the editor, by their ids, and those that windows of these directories list.
 * A database that is too large to be copied, where that is how it is read, has none: the transcripts beside it are there all the same.
 */
export async function composersOf(users: readonly string[], ids: readonly string[], wanted: readonly string[], databases: Databases): Promise<Composers> {
  const found = new Map<string, FoundComposer>();
  let folders: ReadonlyMap<string, string> = new Map();
  let failure: unknown;
  try {
    folders = wanted.length === 0 ? folders : await listedNear(users, wanted, databases);
    for (const file of await editorDatabases(users)) for (const composer of await composersIn(file, new Set([...ids, ...folders.keys()]), users, databases)) found.set(composer.id, composer);
  } catch (error) {
    if (!isHxError(error) || error.code !== "refused") failure = error;
  }
  return { found, folders, ...(failure === undefined ? {} : { failure }) };
}

const DATABASE = "state.vscdb";
const LARGEST = 1 << 20;

/** Databases that can be read, below these `User` folders of editors. */
export async function editorDatabases(users: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(users.map((user) => plainDatabase(user, path.join(user, "globalStorage"))));
  return found.flatMap((file) => file ?? []);
}

async function plainDatabase(root: string, folder: string): Promise<string | undefined> {
  const real = await realDirectory(folder);
  const has = real !== null && isInside(root, real) && (await entriesOf(real)).some((entry) => entry.name === DATABASE && entry.isFile());
  return has ? path.join(real, DATABASE) : undefined;
}

/** Those of some conversations that an editor has. Each is one look-up by its key: the database may be of many GB. */
async function composersIn(file: string, ids: Iterable<string>, users: readonly string[], databases: Databases): Promise<readonly FoundComposer[]> {
  return within(file, users, databases, (database) => [...ids].flatMap((id) => {
    const composer = composerAt(database, id);
    return composer === undefined ? [] : [{ ...composer, database: file }];
  }));
}

/** The ids that the windows of these directories, and of those below, list, with the folder of the window. */
async function listedNear(users: readonly string[], wanted: readonly string[], databases: Databases): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const user of users) {
    const storage = await realDirectory(path.join(user, "workspaceStorage"));
    if (storage === null || !isInside(user, storage)) continue;
    for (const entry of (await entriesOf(storage)).filter((each) => each.isDirectory())) {
      const place = path.join(storage, entry.name);
      const folder = await folderOf(place, users);
      if (folder === undefined || !wanted.some((wish) => isInside(wish, folder))) continue;
      for (const id of await listedIn(user, place, users, databases)) if (!ids.has(id)) ids.set(id, folder);
    }
  }
  return ids;
}

async function folderOf(place: string, users: readonly string[]): Promise<string | undefined> {
  const workspace = recordOf(await headOf(path.join(place, "workspace.json"), users, LARGEST));
  return workspace === null ? undefined : pathOfUri(textOf(workspace, "folder") ?? "");
}

async function listedIn(user: string, place: string, users: readonly string[], databases: Databases): Promise<readonly string[]> {
  const file = await plainDatabase(user, place);
  if (file === undefined) return [];
  return within(file, users, databases, (database) => {
    for (const { v } of database.rows("SELECT CAST(value AS BLOB) AS v FROM ItemTable WHERE key = 'composer.composerData'")) {
      const data = parsed(decoded(bytesOf(v)) ?? "");
      const all = data === null ? [] : listOf(data, "allComposers").filter(isJson).flatMap((each) => textOf(each, "composerId") ?? []);
      return all.filter(isId);
    }
    return [];
  });
}

async function within<Result>(file: string, roots: readonly string[], databases: Databases, work: (database: Database) => Result): Promise<Result> {
  const database = await databases.open(file, roots);
  try {
    return work(database);
  } finally {
    database.close();
  }
}
