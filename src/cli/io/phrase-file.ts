import { open, readFile } from "node:fs/promises";
import { HxError } from "../../domain/errors.ts";

/** Writes words into a new file, 0600. @throws HxError `exists`, `io-failed` */
export async function writePhraseFile(path: string, words: readonly string[]): Promise<void> {
  try {
    const file = await open(path, "wx", 0o600);
    try {
      await file.writeFile(`${words.join(" ")}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    const exists = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new HxError(exists ? "exists" : "io-failed", exists ? `'${path}' is there already` : `cannot write '${path}'`, { cause });
  }
}

/** @throws HxError `io-failed` */
export async function readPhraseFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new HxError("io-failed", `cannot read '${path}'`, { cause });
  }
}
