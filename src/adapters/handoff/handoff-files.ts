import { randomBytes } from "node:crypto";
import { lstat, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { FileState } from "../../domain/handoff/brief.ts";

const DIRECTORY = [".hx", "handoff"];
const LARGEST = 2 << 20;

/** Where the brief of a session lies in a checkout: relative, with `/`. */
export function briefPath(session: string): string {
  return [...DIRECTORY, `${session}.md`].join("/");
}

/**
 * Writes a brief into a checkout, 0600, where git ignores it: the directory has a `.gitignore` for all that is in it, itself too.
 * The checkout is somebody else's work: nothing on the way may be a link.
 * @param top absolute
 * @throws HxError `refused` when a link or a file stands in the way
 */
export async function writeBrief(top: string, session: string, text: string): Promise<string> {
  let directory = top;
  for (const name of DIRECTORY) {
    directory = path.join(directory, name);
    await mkdir(directory, { mode: 0o700 }).catch((cause: unknown) => {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw new HxError("io-failed", `cannot make '${directory}'`, { cause });
    });
    if (!(await lstat(directory)).isDirectory()) throw new HxError("refused", `'${directory}' is no directory of its own`, { hints: ["hx handoff <session> --to <agent> --print"] });
  }
  await put(path.join(directory, ".gitignore"), "*\n");
  const file = path.join(top, ...briefPath(session).split("/"));
  await put(file, text);
  return file;
}

/** In the place of whatever stands there, a link too. */
async function put(file: string, text: string): Promise<void> {
  const near = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(near, text, { mode: 0o600, flag: "wx" });
    await rename(near, file);
  } catch (cause) {
    await rm(near, { force: true });
    throw new HxError("io-failed", `cannot write '${file}'`, { cause });
  }
}

/**
 * Whether a file of a checkout still has the lines that a session put into it. The path is somebody else's word: nothing outside of the
 * checkout is opened.
 * @param added trimmed lines; undefined: not known
 */
export async function stateOf(top: string, file: string, added: readonly string[] | undefined): Promise<FileState> {
  const [root, real] = await Promise.all([top, file].map((one) => realpath(one).catch(() => null)));
  if (root === null || root === undefined || !isBelow(top, file)) return "outside this checkout";
  if (real === null || real === undefined) return "not there";
  if (!isBelow(root, real)) return "outside this checkout";
  const found = await stat(real);
  if (!found.isFile() || found.size > LARGEST || added === undefined) return "state unknown";
  const lines = new Set((await readFile(real, "utf8")).split("\n").map((line) => line.trim()));
  return added.every((line) => lines.has(line)) ? "holds its last edit" : "changed since";
}

function isBelow(parent: string, child: string): boolean {
  const relative = path.relative(parent, child);
  return relative !== "" && relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
