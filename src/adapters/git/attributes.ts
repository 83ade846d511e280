import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const BEGIN = "# hx: begin";
const END = "# hx: end";
/** Segments are ciphertext: `git gc` would look for deltas between them for long and find none. */
const LINES = ["/s/*/*/[0-9]* -delta"];
const BLOCK = new RegExp(`^${BEGIN}\\r?\\n(?:.*\\n)*?${END}(?:\\r?\\n|$)`, "gm");

/** Puts the block of hx into `info/attributes` of the repository, once. Everything else in the file stays as it is. */
export async function writeAttributes(commonDirectory: string): Promise<void> {
  const before = await read(commonDirectory);
  const block = [BEGIN, ...LINES, END, ""].join("\n");
  if (before.includes(block) && before.replace(block, "").search(BLOCK) < 0) return;
  const rest = before.replace(BLOCK, "");
  await write(commonDirectory, `${rest === "" || rest.endsWith("\n") ? rest : `${rest}\n`}${block}`);
}

/** Takes the block out again. */
export async function removeAttributes(commonDirectory: string): Promise<void> {
  const before = await read(commonDirectory);
  const after = before.replace(BLOCK, "");
  if (after !== before) await write(commonDirectory, after);
}

/** True when the block is there. */
export async function hasAttributes(commonDirectory: string): Promise<boolean> {
  return (await read(commonDirectory)).search(BLOCK) >= 0;
}

function path(commonDirectory: string): string {
  return join(commonDirectory, "info", "attributes");
}

async function read(commonDirectory: string): Promise<string> {
  return readFile(path(commonDirectory), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
}

async function write(commonDirectory: string, content: string): Promise<void> {
  const target = path(commonDirectory);
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.hx-${process.pid}`;
  await writeFile(temporary, content);
  await rename(temporary, target);
}
