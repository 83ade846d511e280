import path from "node:path";
import { HxError } from "../../../domain/errors.ts";
import type { SessionSource, SourceFile } from "../../../ports/agent.ts";
import { openInside } from "../shared/open-file.ts";
import { entriesOf, statOf } from "../shared/store.ts";
import { DESCRIPTION, isAgentName, isDoorId, LONGEST_DESCRIPTION, readDescription, type Faulty, type Read } from "./description.ts";
import { agentName } from "./names.ts";

/** The folder of one session. */
export interface Folder {
  /** Name of the tool. */
  readonly agent: string;
  readonly id: string;
  readonly directory: string;
}

/** Sorted by id. Links are not followed. */
export async function foldersIn(root: string): Promise<readonly Folder[]> {
  const folders: Folder[] = [];
  for (const agent of await entriesOf(root)) {
    if (!agent.isDirectory() || !isAgentName(agent.name)) continue;
    for (const session of await entriesOf(path.join(root, agent.name))) {
      if (session.isDirectory() && isDoorId(session.name)) folders.push({ agent: agent.name, id: session.name, directory: path.join(root, agent.name, session.name) });
    }
  }
  return folders.sort((a, b) => (a.id === b.id ? (a.agent < b.agent ? -1 : 1) : a.id < b.id ? -1 : 1));
}

/** What the description in a folder says; null where there is none (yet). */
export async function readFolder(folder: Folder, roots: readonly string[]): Promise<Read | null> {
  const absolute = path.join(folder.directory, DESCRIPTION);
  if ((await statOf(absolute)) === null) return null;
  try {
    const file = await openInside(absolute, roots);
    try {
      const read = readDescription(await file.read(0, Math.min(file.size, LONGEST_DESCRIPTION + 1)));
      if (!("description" in read)) return read;
      const { agent, id, directory } = read.description;
      if (agent !== folder.agent) return { problem: `'agent' is '${agent}', and the folder is of '${folder.agent}'`, directory };
      if (id !== folder.id) return { problem: `'id' is '${id}', and the folder is '${folder.id}'`, directory };
      return read;
    } finally {
      await file.close();
    }
  } catch {
    return { problem: "it is no regular file in this folder, or cannot be read" };
  }
}

/** A session out of its description; of a faulty one a session whose files say so when they are opened. */
export function sourceOf(folder: Folder, read: Read): SessionSource {
  const file = (relative: string, rest: Pick<SourceFile, "role" | "growth">, directory: string | undefined): SourceFile => ({
    path: `${folder.agent}/${folder.id}/${relative}`,
    absolute: path.join(folder.directory, ...relative.split("/")),
    ...rest,
    ...(directory === undefined ? {} : { directory }),
  });
  const base = { agent: agentName(folder.agent), id: folder.id };
  const described = file(DESCRIPTION, { role: "sidecar", growth: "rewrite" }, "description" in read ? read.description.directory : read.directory);
  if (!("description" in read)) return { ...base, files: [described] };
  const { files, directory, parent, title, version } = read.description;
  const beside = { ...(title === undefined ? {} : { title }), ...(version === undefined ? {} : { version }) };
  return {
    ...base,
    files: [...files.map((each) => file(each.path, { role: each.role, growth: each.growth }, directory)), described],
    ...(parent === undefined ? {} : { parent }),
    ...(Object.keys(beside).length === 0 ? {} : { beside }),
  };
}

/** @throws HxError `refused`, which names the field */
export function faulty(folder: Pick<Folder, "directory">, { problem }: Faulty): HxError {
  return new HxError("refused", `cannot read '${path.join(folder.directory, DESCRIPTION)}': ${problem}`, { hints: [`\${EDITOR:-vi} '${path.join(folder.directory, DESCRIPTION)}'`] });
}
