import { compareBytes, utf8 } from "./bytes.ts";
import { type Cbor, encodeCbor } from "./cbor.ts";
import { H } from "./primitives.ts";

interface Directory {
  files: Map<string, Uint8Array>;
  directories: Map<string, Directory>;
}

/** State of a tree that is given as path and `H` of each blob. */
export function stateOf(files: Map<string, Uint8Array>): Uint8Array {
  const root = newDirectory();
  for (const [path, hash] of files) {
    const names = path.split("/");
    const name = names.pop() ?? "";
    let directory = root;
    for (const part of names) {
      const next = directory.directories.get(part) ?? newDirectory();
      directory.directories.set(part, next);
      directory = next;
    }
    directory.files.set(name, hash);
  }
  return stateOfDirectory(root);
}

function newDirectory(): Directory {
  return { files: new Map(), directories: new Map() };
}

function stateOfDirectory(directory: Directory): Uint8Array {
  const entries: [string, number, Uint8Array][] = [];
  for (const [name, hash] of directory.files) entries.push([name, 0, hash]);
  for (const [name, inner] of directory.directories) entries.push([name, 1, stateOfDirectory(inner)]);
  entries.sort((a, b) => compareBytes(utf8(a[0]), utf8(b[0])));
  const list: Cbor[] = entries;
  return H(encodeCbor(["hx/state/v1", list]));
}
