import { stat } from "node:fs/promises";
import path from "node:path";
import { HxError } from "../../../../domain/errors.ts";
import type { CapturedFile, PutOptions, Agent, HookPayload, SessionSource, SourceFile } from "../../../../ports/agent.ts";
import { claimOf } from "../hook-payload.ts";
import { openInside } from "../open-file.ts";
import { placeBelow, safeComponents } from "../place.ts";
import { sqliteDatabases } from "../sqlite/databases.ts";
import type { Database } from "../sqlite/value.ts";
import { isInside, withRealPaths } from "../store.ts";
import type { Dialect, FamilyOptions } from "./dialect.ts";
import { OPEN_MS, openRows, rowLines, rowsName, rowsPath } from "./export.ts";
import { placeOfStore } from "./place.ts";
import { actionFor, mustWrite, putRows, rowsIn, type Rows, type Standing } from "./put.ts";
import { rowsReader } from "./reader.ts";
import { heads, isSessionId, schemaOf, standingOf, type Schema, type SessionHead } from "./sessions.ts";
import { storeOf } from "./store.ts";
import { TREE, treeRoot, treeSource, treeSources } from "./tree-files.ts";
import { treePath, treeReader } from "./tree-records.ts";
import { rowsTurns } from "./turns.ts";
import { rowsView } from "./view.ts";

/** An agent that keeps its sessions as OpenCode does, in rows of one database: docs/agents/opencode.md. */
export function familyAgent(dialect: Dialect, options: FamilyOptions): Agent {
  const databases = sqliteDatabases(options.engine === undefined ? {} : { engine: options.engine });
  const now = options.now ?? Date.now;

  async function* opened(file?: string): AsyncGenerator<{ readonly file: string; readonly database: Database; readonly schema: Schema }> {
    const store = await storeOf(dialect, options);
    for (const each of store.databases) {
      if (file !== undefined && each !== file) continue;
      const database = await databases.open(each, store.roots);
      try {
        const schema = schemaOf(database, dialect, each);
        if (schema !== null) yield { file: each, database, schema };
      } finally {
        database.close();
      }
    }
  }

  function sourceOf(file: string, database: Database, schema: Schema, head: SessionHead, changedSince = Number.NEGATIVE_INFINITY): SessionSource | null {
    const standing = standingOf(database, schema, head.id);
    if (standing.written <= changedSince) return null;
    const isQuiet = Math.abs(now() - standing.written) >= OPEN_MS;
    const stamp = `${standing.stamp} ${isQuiet ? "quiet" : "recent"}`;
    const fileOf = (kind: Parameters<typeof rowsPath>[1], rest: Pick<SourceFile, "role" | "growth">): SourceFile => ({ path: rowsPath(head.id, kind), absolute: file, stamp, ...rest });
    const log = standing.hasLog ? [fileOf("log", { role: "sidecar", growth: "append" })] : [];
    return {
      agent: dialect.name,
      id: head.id,
      files: [fileOf("messages", { role: "transcript", growth: "append" }), fileOf("state", { role: "sidecar", growth: "rewrite" }), ...log],
      ...(head.parent === undefined ? {} : { parent: head.parent }),
    };
  }

  async function find(id: string): Promise<SessionSource | null> {
    if (!isSessionId(id)) return null;
    for await (const { file, database, schema } of opened()) {
      for (const head of heads(database, schema, id)) return sourceOf(file, database, schema, head);
    }
    const tree = await treeIn();
    return tree === null ? null : treeSource(dialect.name, tree, id);
  }

  /** The folder with files of versions before the database. */
  async function treeIn(): Promise<string | null> {
    const isElsewhere = options.database !== undefined && options.database !== "";
    const [root] = dialect.hasTree === true && !isElsewhere ? (await storeOf(dialect, options)).roots : [];
    return root === undefined ? null : treeRoot(root);
  }

  function isTree(recorded: string): boolean {
    return dialect.hasTree === true && recorded.startsWith(`${TREE}/`) && treePath(recorded) !== undefined;
  }

  /** What the first database has of a session that is put back, read to its end. */
  async function standingRows(files: readonly CapturedFile[], { id }: PutOptions): Promise<{ readonly standing: Standing; readonly rows: Rows } | null> {
    for await (const { file, database, schema } of opened()) {
      const rows = await rowsIn(files, id, schema);
      const isThere = [...heads(database, schema, id)].length > 0;
      return { standing: { file, schema, lines: isThere ? rowLines(database, schema, id) : null }, rows };
    }
    return null;
  }

  return {
    name: dialect.name,
    title: dialect.title,
    verifiedWith: dialect.verifiedWith,
    roots: async () => (await storeOf(dialect, options)).roots,
    async *discover(directories, narrow) {
      const wanted = await withRealPaths(directories);
      if (wanted.length === 0) return;
      const moved = new Set<string>();
      // While the database is open here, a copy of it is made once for all that is read of it meanwhile.
      for await (const { file, database, schema } of opened()) {
        for (const head of [...heads(database, schema)]) {
          const { directory } = head;
          moved.add(head.id);
          const isNear = directory === undefined || wanted.some((wish) => isInside(wish, directory));
          const source = isNear ? sourceOf(file, database, schema, head, narrow?.changedSince) : null;
          if (source !== null) yield source;
        }
      }
      const tree = await treeIn();
      if (tree !== null) yield* treeSources(dialect.name, tree, directories, moved, narrow?.changedSince);
    },
    find,
    fromHook: async (payload: HookPayload) => {
      const { id } = claimOf(payload);
      return id === undefined ? null : find(id);
    },
    async open(file) {
      const name = rowsName(file.path);
      if (name === undefined && isTree(file.path)) return openInside(file.absolute, (await storeOf(dialect, options)).roots.map((root) => path.join(root, TREE)));
      const store = await storeOf(dialect, options);
      if (name === undefined || !store.databases.includes(file.absolute)) throw new HxError("refused", `'${file.absolute.replaceAll("\0", "")}' is no database of ${dialect.title}`);
      const database = await databases.open(file.absolute, store.roots);
      try {
        const schema = schemaOf(database, dialect, file.absolute);
        if (schema === null) throw new HxError("not-found", `no session '${name.id}' of ${dialect.title}`);
        const { dev, ino } = await stat(file.absolute);
        return openRows({ database, schema, dialect, ...name, identity: `${dev}:${ino}`, now: now() });
      } catch (error) {
        database.close();
        throw error;
      }
    },
    records: (file, state) => (isTree(file.path) ? treeReader(file) : rowsReader(file, state)),
    view: (files) => rowsView(dialect.name, files),
    turnsOf: rowsTurns,
    placeOf: async (recorded) => {
      const components = safeComponents(recorded);
      if (rowsName(recorded) === undefined && !isTree(recorded)) throw new HxError("refused", `not a path of this agent's store: '${recorded.slice(0, 80)}'`);
      const { folder } = placeOfStore(dialect, options);
      return placeBelow(path.resolve(folder), components);
    },
    puts: (recorded) => rowsName(recorded) !== undefined,
    async put(files, how) {
      mustWrite(dialect);
      const found = await standingRows(files, how);
      if (found === null) throw new HxError("not-found", `no database of ${dialect.title} in '${placeOfStore(dialect, options).folder}': it makes one when it is started`);
      // The reader is closed: SQLite lets nobody of this process write while one has the index of the log read-only.
      const { standing, rows } = found;
      const action = actionFor(standing, rows, how);
      if (action !== "same" && !how.dryRun) putRows(standing, rows, how);
      return { path: standing.file, action };
    },
  };
}
