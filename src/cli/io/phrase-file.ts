import { open, readFile, rm } from "node:fs/promises";
import { HxError } from "../../domain/errors.ts";

/**
 * Makes the new file before there is a phrase, 0600 and empty: a phrase that cannot be written down would be lost.
 * @throws HxError `exists`, `io-failed`
 */
export async function reservePhraseFile(path: string): Promise<ReservedFile> {
  try {
    const file = await open(path, "wx", 0o600);
    return {
      async fill(words) {
        await file.writeFile(`${words.join(" ")}\n`);
        await file.sync();
        await file.close();
      },
      async giveUp() {
        await file.close();
        await rm(path, { force: true });
      },
    };
  } catch (cause) {
    const exists = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new HxError(exists ? "exists" : "io-failed", exists ? `'${path}' is there already` : `cannot write '${path}'`, { cause });
  }
}

export interface ReservedFile {
  fill(words: readonly string[]): Promise<void>;
  giveUp(): Promise<void>;
}

/** @throws HxError `io-failed` */
export async function readPhraseFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new HxError("io-failed", `cannot read '${path}'`, { cause });
  }
}
