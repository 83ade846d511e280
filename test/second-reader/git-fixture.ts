import { execFileSync } from "node:child_process";
import type { Files } from "./lane-tree.ts";
import type { LaneVector } from "./lane-vector.ts";

const identity = { NAME: "hx", EMAIL: "hx@invalid", DATE: "1727999999 +0000" };

/** Writes the refs of lane.json into a new bare repository; `keys` is the number of the keys ref to take. */
export function writeLaneRepository(directory: string, vector: LaneVector, format: "sha1" | "sha256", keys = 1): void {
  execFileSync("git", ["init", "--bare", "--quiet", `--object-format=${format}`, directory]);
  const lane = vector.json.text("lane_id");
  const keysTree = vector.keysTrees[keys];
  if (!keysTree) throw new Error("no such keys ref");
  writeRef(directory, "root", [vector.rootTree]);
  writeRef(directory, `lane/${lane}`, vector.laneTrees);
  writeRef(directory, `keys/${lane}`, [keysTree]);
}

/** Writes a ref with one commit for each tree, a day after the other; `date` is that of the first. */
export function writeRef(directory: string, name: string, trees: Files[], date = 20000 * 86400): void {
  let parent: string | undefined;
  for (const [at, files] of trees.entries()) {
    const tree = writeTree(directory, files);
    const parents = parent === undefined ? [] : ["-p", parent];
    parent = run(directory, ["commit-tree", tree, ...parents], "", identityAt(date + at * 86400));
  }
  if (parent !== undefined) run(directory, ["update-ref", `refs/sessions/v1/${name}`, parent]);
}

function writeTree(directory: string, files: Files): string {
  const index = { GIT_INDEX_FILE: `${directory}/second-reader-index-${process.pid}` };
  run(directory, ["read-tree", "--empty"], "", index);
  const lines = [...files].map(([path, bytes]) => {
    const oid = run(directory, ["hash-object", "-w", "--stdin"], bytes);
    return `100644 ${oid}\t${path}\n`;
  });
  run(directory, ["update-index", "--add", "--index-info"], lines.join(""), index);
  return run(directory, ["write-tree"], "", index);
}

function identityAt(seconds: number): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const who of ["AUTHOR", "COMMITTER"]) {
    for (const [what, value] of Object.entries(identity)) {
      variables[`GIT_${who}_${what}`] = what === "DATE" ? `${seconds} +0000` : value;
    }
  }
  return variables;
}

function run(directory: string, args: string[], input: string | Uint8Array = "", env: Record<string, string> = {}): string {
  return execFileSync("git", ["--git-dir", directory, ...args], { input, env: { ...process.env, ...env } }).toString().trim();
}
