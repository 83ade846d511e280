import { HxError } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { Agent } from "../../ports/agent.ts";
import type { FileTree, NewFile } from "../../ports/file-tree.ts";
import type { Ledger } from "../ledger.ts";
import { BLANK_LINES, MemoryFile } from "../read/memory-file.ts";
import { sessionRecords, type OpenedSession } from "../read/open-session.ts";
import { rebuild, type RebuiltFile } from "../read/rebuild.ts";

export interface RestoreOptions {
  /** The checkout in which the session is to go on. */
  readonly directory: string;
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
  if (agent.put !== undefined) return restoreRows(ledger, agent.put, opened, options);
  const begun: NewFile[] = [];
  const { agent: name, id, cwd, source } = opened.facts;
  const isCopy = opened.parts.manifest.kind === "redacted";
  try {
    const rebuilt = await rebuild(sessionRecords(ledger, opened), async () => {
      const file = await files.begin(options.directory);
      begun.push(file);
      return file;
    });
    const placed: Placed[] = [];
    for (const file of rebuilt) {
      const path = await agent.placeOf(file.path, { directory: options.directory, recorded: cwd ?? "." });
      const action = isCopy ? await actionForCopy(files, path, file, opened.session, source) : await actionFor(files, path, file, options.force);
      placed.push({ file, path, action });
    }
    if (!options.dryRun) {
      for (const { file, path, action } of placed) if (action !== "same") await file.target.commit(path, file.modified);
    }
    return {
      agent: name,
      id,
      files: placed.map(({ file, path, action }) => ({ path, bytes: file.size, action })),
      omitted: rebuilt.reduce((sum, file) => sum + file.omitted, 0),
      ...(isCopy && source !== undefined ? { source } : {}),
    };
  } finally {
    for (const file of begun) await file.discard();
  }
}

/** A session that its agent keeps in rows is held in memory: it goes into the store at once, or not at all. */
async function restoreRows(ledger: Ledger, put: NonNullable<Agent["put"]>, opened: OpenedSession, options: RestoreOptions): Promise<Restored> {
  const { agent: name, id, source } = opened.facts;
  const isCopy = opened.parts.manifest.kind === "redacted";
  const rebuilt = await rebuild(sessionRecords(ledger, opened), async () => new MemoryFile(), BLANK_LINES);
  const files = rebuilt.map(({ path, role, target }) => ({ path, role, bytes: async () => target.content() }));
  const others = isCopy ? "refuse-any" : options.force ? "replace" : "refuse";
  const { path, action } = await put(files, { id, directory: options.directory, others, dryRun: options.dryRun });
  const bytes = rebuilt.reduce((sum, { size }) => sum + size, 0);
  const omitted = rebuilt.reduce((sum, file) => sum + file.omitted, 0);
  return { agent: name, id, files: [{ path, bytes, action }], omitted, ...(isCopy && source !== undefined ? { source } : {}) };
}

async function actionFor(files: FileTree, path: string, { target }: RebuiltFile<NewFile>, force: boolean): Promise<RestoredFile["action"]> {
  const standing = await files.compare(path, target);
  if (standing === "absent") return "written";
  if (standing === "same") return "same";
  if (standing === "prefix" || force) return "replaced";
  const why = standing === "longer" ? "has more than what was captured" : "is another than what was captured";
  throw new HxError("exists", `'${path}' ${why}`, { hints: ["hx capture", "hx restore <session> --force"] });
}

async function actionForCopy(files: FileTree, path: string, { target }: RebuiltFile<NewFile>, copy: SessionId, source: SessionId | undefined): Promise<RestoredFile["action"]> {
  const standing = await files.compare(path, target);
  if (standing === "absent") return "written";
  if (standing === "same") return "same";
  const hints = [`hx show ${copy} --raw <directory>`, ...(source === undefined ? [] : [`hx restore ${source}`])];
  throw new HxError("exists", `'${path}' is in the way of '${copy}', which is a redacted copy`, { hints });
}
