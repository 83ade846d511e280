import { HxError } from "../../domain/errors.ts";
import type { Agent } from "../../ports/agent.ts";
import type { FileTree, NewFile } from "../../ports/file-tree.ts";
import type { Ledger } from "../ledger.ts";
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
}

interface Placed {
  readonly file: RebuiltFile<NewFile>;
  readonly path: string;
  readonly action: RestoredFile["action"];
}

/**
 * Puts a session back into its agent's store. All files are rebuilt and compared first: when one is in the way, none is written.
 * @throws HxError `exists` when a file there is newer or other than what was captured, and `force` is not set
 */
export async function restoreSession(ledger: Ledger, agent: Agent, files: FileTree, opened: OpenedSession, options: RestoreOptions): Promise<Restored> {
  const begun: NewFile[] = [];
  try {
    const rebuilt = await rebuild(sessionRecords(ledger, opened), async () => {
      const file = await files.begin(options.directory);
      begun.push(file);
      return file;
    });
    const placed: Placed[] = [];
    for (const file of rebuilt) {
      const path = await agent.placeOf(file.path, { directory: options.directory, recorded: opened.facts.cwd ?? "." });
      placed.push({ file, path, action: await actionFor(files, path, file, options.force) });
    }
    if (!options.dryRun) {
      for (const { file, path, action } of placed) if (action !== "same") await file.target.commit(path, file.modified);
    }
    return {
      agent: opened.facts.agent,
      id: opened.facts.id,
      files: placed.map(({ file, path, action }) => ({ path, bytes: file.size, action })),
      omitted: rebuilt.reduce((sum, file) => sum + file.omitted, 0),
    };
  } finally {
    for (const file of begun) await file.discard();
  }
}

async function actionFor(files: FileTree, path: string, { target }: RebuiltFile<NewFile>, force: boolean): Promise<RestoredFile["action"]> {
  const standing = await files.compare(path, target);
  if (standing === "absent") return "written";
  if (standing === "same") return "same";
  if (standing === "prefix" || force) return "replaced";
  const why = standing === "longer" ? "has more than what was captured" : "is another than what was captured";
  throw new HxError("exists", `'${path}' ${why}`, { hints: ["hx capture", "hx restore <session> --force"] });
}
