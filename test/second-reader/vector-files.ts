import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromHex } from "./bytes.ts";

/** Where the vectors lie; `HX_VECTOR_DIR` says another place. */
export const vectorDirectory = process.env["HX_VECTOR_DIR"] ?? fileURLToPath(new URL("../../fixtures/vectors", import.meta.url));

/** The members of a JSON object, read with the types that they must have. */
export class Json {
  readonly members: Record<string, unknown>;
  constructor(value: unknown) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("not a JSON object");
    this.members = value as Record<string, unknown>;
  }
  has(name: string): boolean {
    return Object.hasOwn(this.members, name);
  }
  text(name: string): string {
    const value = this.members[name];
    if (typeof value !== "string") throw new Error(`${name} is not a text`);
    return value;
  }
  bytes(name: string): Uint8Array {
    return fromHex(this.text(name));
  }
  number(name: string): number {
    const value = this.members[name];
    if (typeof value !== "number") throw new Error(`${name} is not a number`);
    return value;
  }
  list(name: string): unknown[] {
    const value = this.members[name];
    if (!Array.isArray(value)) throw new Error(`${name} is not a list`);
    return value;
  }
  object(name: string): Json {
    return new Json(this.members[name]);
  }
  /** A member that maps paths to hex. */
  files(name: string): Map<string, Uint8Array> {
    const files = this.object(name);
    return new Map(Object.keys(files.members).map((path) => [path, files.bytes(path)]));
  }
}

/** Names of all vector files, without `.json`. */
export function vectorFileNames(directory = vectorDirectory): string[] {
  return readdirSync(directory).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)).sort();
}

/** The vectors of a file; the statements of one that another goes on from stand before its own. */
export function readVectors(name: string): Json[] {
  const vectors = readVectorFile(name).list("vectors").map((value) => new Json(value));
  const statementsOf = (vector: Json): unknown[] => {
    const before = vectors.find((other) => vector.has("after") && other.text("name") === vector.text("after"));
    return [...(before ? statementsOf(before) : []), ...vector.list("statements")];
  };
  return vectors.map((vector) => (vector.has("after") ? new Json({ ...vector.members, statements: statementsOf(vector) }) : vector));
}

/** One vector file. */
export function readVectorFile(name: string, directory = vectorDirectory): Json {
  return new Json(JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8")));
}
