import { stat } from "node:fs/promises";
import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { OpenFile, PutOptions, SessionSource, SourceFile } from "../../../ports/agent.ts";
import { columnsOf } from "../shared/rows/form.ts";
import type { Databases } from "../shared/sqlite/databases.ts";
import type { Database } from "../shared/sqlite/value.ts";
import { entriesOf, isInside, realDirectory, statOf } from "../shared/store.ts";
import { conversationName, conversationPath, conversationsIn, hasRow, openConversation, tablesIn, turnLines, type Conversation, type Table } from "./conversations.ts";
import type { Standing } from "./put.ts";

const DATABASE = "data.sqlite3";

/** The databases of Kiro CLI and of Amazon Q. Of all that is in them the tables of conversations alone are read. */
export interface DatabaseStore {
  /** Conversations of these directories and below; `failure`: a database could not be read. */
  near(directories: readonly string[], changedSince: number | undefined): Promise<{ readonly sources: readonly SessionSource[]; readonly failure?: unknown }>;
  find(id: string): Promise<SessionSource | null>;
  open(file: SourceFile): Promise<OpenFile>;
  /** Where a conversation would be put back. @throws HxError `not-found` without a database that has the table */
  standing(table: Table, options: Pick<PutOptions, "id" | "directory">): Promise<Standing>;
}

interface Place {
  readonly file: string;
  readonly folder: string;
}

export function databaseStore(folders: readonly string[], databases: Databases): DatabaseStore {
  async function places(): Promise<readonly Place[]> {
    const found = await Promise.all(folders.map(async (folder) => {
      const real = await realDirectory(folder);
      const has = real !== null && (await entriesOf(real)).some((entry) => entry.name === DATABASE && entry.isFile());
      return has ? [{ folder: real, file: path.join(real, DATABASE) }] : [];
    }));
    return found.flat();
  }

  async function within<Result>({ file, folder }: Place, work: (database: Database) => Result): Promise<Result> {
    const database = await databases.open(file, [folder]);
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  return {
    async near(directories, changedSince = Number.NEGATIVE_INFINITY) {
      const sources = new Map<string, SessionSource>();
      let failure: unknown;
      for (const place of await places()) {
        try {
          const found = await within(place, (database) => [...conversationsIn(database, (key) => directories.some((directory) => isInside(directory, key)))]);
          const { stamp, modifiedMs } = await stateOf(place.file);
          for (const each of found) if (!sources.has(each.id) && (each.updated ?? modifiedMs) > changedSince) sources.set(each.id, sourceOf(each, place.file, stamp));
        } catch (error) {
          failure ??= error;
        }
      }
      return { sources: [...sources.values()], ...(failure === undefined ? {} : { failure }) };
    },
    async find(id) {
      for (const place of await places()) {
        const found = await within(place, (database) => byId(database, id));
        if (found !== undefined) return sourceOf(found, place.file, (await stateOf(place.file)).stamp);
      }
      return null;
    },
    async open(file) {
      const name = conversationName(file.path);
      const place = (await places()).find((each) => each.file === file.absolute);
      if (name === undefined || place === undefined) throw new HxError("refused", `'${file.absolute.replaceAll("\0", "")}' is no database of Kiro`);
      const { dev, ino } = await stat(place.file);
      const { modifiedMs } = await stateOf(place.file);
      return within(place, (database) => {
        const conversation = byId(database, name.id);
        if (conversation === undefined) throw new HxError("not-found", `no conversation '${name.id}' of Kiro`);
        return openConversation({ database, conversation, file: name.file, identity: `${dev}:${ino}`, modifiedMs: conversation.updated ?? modifiedMs });
      });
    },
    async standing(table, { id, directory }) {
      for (const place of await places()) {
        const columns = await within(place, (database) => (tablesIn(database).includes(table) ? columnsOf(database, table) : null));
        if (columns === null) continue;
        return within(place, (database) => {
          const all = [...conversationsIn(database, (key) => key === directory)].filter((each) => each.table === table);
          const there = table === "conversations" ? all[0] : all.find((each) => each.id === id);
          const isTaken = table === "conversations" && hasRow(database, directory);
          return { file: place.file, columns, id: there?.id, lines: there === undefined ? (isTaken ? "" : null) : turnLines(database, there) };
        });
      }
      throw new HxError("not-found", `no database with a table '${table}' in '${folders.join("' or '")}': Kiro or Amazon Q makes one when it is started`);
    },
  };
}

function byId(database: Database, id: string): Conversation | undefined {
  for (const each of conversationsIn(database, () => true)) if (each.id === id) return each;
  return undefined;
}

/** Another stamp whenever something was written to the database. */
async function stateOf(file: string): Promise<{ readonly stamp: string; readonly modifiedMs: number }> {
  const all = await Promise.all([file, `${file}-wal`].map(statOf));
  return { stamp: all.map((stats) => (stats === null ? "-" : `${stats.ino}.${stats.size}.${stats.mtimeMs}`)).join(" "), modifiedMs: Math.max(...all.map((stats) => stats?.mtimeMs ?? 0)) };
}

function sourceOf({ id }: Conversation, absolute: string, stamp: string): SessionSource {
  return {
    agent: "kiro",
    id,
    files: [
      { path: conversationPath(id, "turns"), absolute, role: "transcript", growth: "append", stamp },
      { path: conversationPath(id, "state"), absolute, role: "sidecar", growth: "rewrite", stamp },
    ],
  };
}
