/** An object of git, out of `git cat-file --batch`. */
export interface GitObject {
  readonly oid: string;
  readonly type: string;
  /** Decompressed. */
  readonly bytes: Buffer;
}

/** Output of `git cat-file --batch`: a line `<oid> <type> <size>`, the bytes, a line end. */
export function parseBatch(output: Buffer): readonly GitObject[] {
  const objects: GitObject[] = [];
  let at = 0;
  while (at < output.length) {
    const start = output.indexOf(0x0a, at) + 1;
    const [oid = "", type = "", size = "0"] = output.toString("latin1", at, start - 1).split(" ");
    at = start + Number(size) + 1;
    objects.push({ oid, type, bytes: output.subarray(start, at - 1) });
  }
  return objects;
}

/** How many of these hold the word, in any case of its letters. */
export function holding(parts: readonly Uint8Array[], text: string): number {
  const wanted = text.toLowerCase();
  return parts.filter((bytes) => Buffer.from(bytes).toString("latin1").toLowerCase().includes(wanted)).length;
}

/** The first bytes in hex, by twos. */
export function firstBytes(bytes: Uint8Array, count: number): string {
  return (Buffer.from(bytes.subarray(0, count)).toString("hex").match(/..../g) ?? []).join(" ");
}
