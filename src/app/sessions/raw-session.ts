import { HxError } from "../../domain/errors.ts";
import type { FileTree, NewFile } from "../../ports/file-tree.ts";
import type { Ledger } from "../ledger.ts";
import { sessionRecords, type OpenedSession } from "../read/open-session.ts";
import { rebuild } from "../read/rebuild.ts";

/** Writes the exact files of a session below a directory. @throws HxError `exists` when it is not empty; then nothing is written */
export async function rawSession(ledger: Ledger, files: FileTree, opened: OpenedSession, directory: string): Promise<readonly { path: string; bytes: number; omitted: number }[]> {
  if (!(await files.isEmptyOrAbsent(directory))) throw new HxError("exists", `'${directory}' is not empty`);
  const begun: NewFile[] = [];
  try {
    const rebuilt = await rebuild(sessionRecords(ledger, opened), async () => {
      const file = await files.begin(directory);
      begun.push(file);
      return file;
    });
    for (const file of rebuilt) await file.target.commit(`${directory}/${file.path}`, file.modified);
    return rebuilt.map(({ path, size, omitted }) => ({ path, bytes: size, omitted }));
  } finally {
    for (const file of begun) await file.discard();
  }
}
