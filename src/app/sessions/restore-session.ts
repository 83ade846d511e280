import { HxError } from "../../domain/errors.ts";
import { pathMapper, type PathMove } from "../../domain/map-paths.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { StreamRecord } from "../../format/part-stream.ts";
import type { Agent, CapturedFile, PutOptions } from "../../ports/agent.ts";
import type { FileTree, NewFile } from "../../ports/file-tree.ts";
import type { Ledger } from "../ledger.ts";
import { BLANK_LINES, MemoryFile } from "../read/memory-file.ts";
import { sessionRecords, type OpenedSession } from "../read/open-session.ts";
import { rebuild, type FileTarget, type RebuiltFile } from "../read/rebuild.ts";
import { mapFile } from "./map-file.ts";
import { directoryIn, recordedCheckout, recordForm } from "./recorded-checkout.ts";

export interface RestoreOptions {
  /** Top of the checkout in which the session is to go on, absolute. */
  readonly checkout: string;
  /** Turn the paths in the records into those of this checkout, where it lies elsewhere than the one that they name. */
  readonly map: boolean;
  /** Replace files that differ. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

export interface RestoredFile {
  readonly path: string;
  readonly bytes: number;
  readonly action: "written" | "same" | "replaced";
}

export interface Restored {
  readonly agent: string;
  readonly id: string;
  readonly files: readonly RestoredFile[];
  readonly omitted: number;
  /** There where the session ran in a checkout that lies elsewhere: in how many records paths were changed. */
  readonly mapped?: PathMove & { readonly records: number };
  /** Of a redacted copy: the session of which it is one. */
  readonly source?: SessionId;
}

interface Placed {
  readonly file: RebuiltFile<NewFile>;
  readonly path: string;
  readonly action: RestoredFile["action"];
}

/**
 * Puts a session back into its agent's store. All files are rebuilt and compared first: when one is in the way, none is written.
 * A redacted copy goes to where its source would, and never over what is there: that is the source, or as much as is left of it.
 * @throws HxError `exists` when a file there is newer or other than what was captured, and `force` is not set or it is a copy
 */
export async function restoreSession(ledger: Ledger, agent: Agent, files: FileTree, opened: OpenedSession, options: RestoreOptions): Promise<Restored> {
  const begun: NewFile[] = [];
  const { agent: name, id, cwd, source } = opened.facts;
  const isCopy = opened.parts.manifest.kind === "redacted";
  const directory = directoryIn(options.checkout, cwd);
  const begin = async (): Promise<NewFile> => {
    const file = await files.begin(options.checkout);
    begun.push(file);
    return file;
  };
  try {
    const rows = await rebuildRows(ledger, agent, opened);
    const rebuilt = agent.put !== undefined && agent.puts === undefined ? [] : await rebuild(only(sessionRecords(ledger, opened), (path) => agent.puts?.(path) !== true), begin);
    const move = options.map ? await moveOf(files, agent, [...(rows ?? []), ...rebuilt], cwd, options.checkout) : null;
    const placed: Placed[] = [];
    let records = 0;
    for (const captured of rebuilt) {
      const mapped = move === null ? { file: captured, records: 0 } : await mapPaths(agent, captured, move, begin);
      records += mapped.records;
      const path = await agent.placeOf(captured.path, { directory, recorded: cwd ?? "." });
      const action = isCopy ? await actionForCopy(files, path, mapped.file, opened.session, source) : await actionFor(files, path, mapped.file, { force: options.force, mapped: mapped.records > 0 });
      placed.push({ file: mapped.file, path, action });
    }
    const others = isCopy ? "refuse-any" : options.force ? "replace" : "refuse";
    const put = rows === null ? null : await putRows(agent, rows, move, { id, directory, others, dryRun: options.dryRun });
    if (!options.dryRun) {
      for (const { file, path, action } of placed) if (action !== "same") await file.target.commit(path, file.modified);
    }
    return {
      agent: name,
      id,
      files: [...(put === null ? [] : [put.file]), ...placed.map(({ file, path, action }) => ({ path, bytes: file.size, action }))],
      omitted: [...(rows ?? []), ...rebuilt].reduce((sum, file) => sum + file.omitted, 0),
      ...(move === null ? {} : { mapped: { ...move, records: records + (put?.records ?? 0) } }),
      ...(isCopy && source !== undefined ? { source } : {}),
    };
  } finally {
    for (const file of begun) await file.discard();
  }
}

/** The files that go into a store of rows, held in memory: they go there at once, or not at all. null when this session has none. */
async function rebuildRows(ledger: Ledger, agent: Agent, opened: OpenedSession): Promise<readonly RebuiltFile<MemoryFile>[] | null> {
  if (agent.put === undefined) return null;
  const rows = await rebuild(only(sessionRecords(ledger, opened), (path) => agent.puts?.(path) !== false), async () => new MemoryFile(), BLANK_LINES);
  return rows.length === 0 && agent.puts !== undefined ? null : rows;
}

/** The records of some of a session's files. */
async function* only(records: AsyncIterable<StreamRecord>, takes: (path: string) => boolean): AsyncGenerator<StreamRecord> {
  const taken = new Set<number>();
  for await (const record of records) {
    if (record.kind === "file" && takes(record.path)) taken.add(record.file);
    if (taken.has(record.file)) yield record;
  }
}

/** From where to where the checkout moved; null when it lies where it lay, or when no record says where that was. */
async function moveOf(files: FileTree, agent: Agent, rebuilt: readonly RebuiltFile<Pick<NewFile, "read">>[], cwd: string | undefined, checkout: string): Promise<PathMove | null> {
  const from = await recordedCheckout(agent, rebuilt, cwd);
  return from === null || from === checkout || (await files.same(from, checkout)) ? null : { from, to: checkout };
}

/** What a tool put out, and copies of files, are what they were wherever the checkout lies. */
const AS_THEY_WERE: ReadonlySet<string> = new Set(["tool-result", "attachment"]);

async function mapPaths<Target extends FileTarget & Pick<NewFile, "read">>(agent: Agent, file: RebuiltFile<Target>, move: PathMove, begin: () => Promise<Target>): Promise<{ readonly file: RebuiltFile<Target>; readonly records: number }> {
  const map = agent.mapPaths === undefined ? (AS_THEY_WERE.has(file.role) ? null : pathMapper(move)) : agent.mapPaths(file, move);
  if (map === null) return { file, records: 0 };
  const target = await begin();
  const { size, records } = await mapFile(file.target, file.size, recordForm(agent, file), map, target);
  return records === 0 ? { file, records } : { file: { ...file, target, size }, records };
}

async function putRows(agent: Agent, rebuilt: readonly RebuiltFile<MemoryFile>[], move: PathMove | null, options: PutOptions): Promise<{ readonly file: RestoredFile; readonly records: number } | null> {
  const rows: CapturedFile[] = [];
  let records = 0;
  for (const captured of rebuilt) {
    const mapped = move === null ? { file: captured, records: 0 } : await mapPaths(agent, captured, move, async () => new MemoryFile());
    records += mapped.records;
    rows.push({ path: captured.path, role: captured.role, bytes: async () => mapped.file.target.content() });
  }
  const put = await agent.put?.(rows, options);
  return put === undefined ? null : { file: { ...put, bytes: rebuilt.reduce((sum, { size }) => sum + size, 0) }, records };
}

async function actionFor(files: FileTree, path: string, { target }: RebuiltFile<NewFile>, { force, mapped }: { readonly force: boolean; readonly mapped: boolean }): Promise<RestoredFile["action"]> {
  const standing = await files.compare(path, target);
  if (standing === "absent") return "written";
  if (standing === "same") return "same";
  if (standing === "prefix" || force) return "replaced";
  const why = standing === "longer" ? "has more than what was captured" : `is another than what was captured${mapped ? ", with its paths mapped" : ""}`;
  throw new HxError("exists", `'${path}' ${why}`, { hints: ["hx capture", ...(mapped ? ["hx restore <session> --exact"] : []), "hx restore <session> --force"] });
}

async function actionForCopy(files: FileTree, path: string, { target }: RebuiltFile<NewFile>, copy: SessionId, source: SessionId | undefined): Promise<RestoredFile["action"]> {
  const standing = await files.compare(path, target);
  if (standing === "absent") return "written";
  if (standing === "same") return "same";
  const hints = [`hx show ${copy} --raw <directory>`, ...(source === undefined ? [] : [`hx restore ${source}`])];
  throw new HxError("exists", `'${path}' is in the way of '${copy}', which is a redacted copy`, { hints });
}
