import { gitRepositories } from "../../src/adapters/git/repositories.ts";

// A child process for crash tests: writes objects and moves a ref until it is killed.
const [directory = "", ref = ""] = process.argv.slice(2);
const found = await gitRepositories({ env: process.env }).find(directory);
if (found === null) throw new Error("no repository");
const { store } = found;
const { refName } = await import("../../src/domain/ids.ts");
const name = refName(ref);
let head = await store.read(name);
process.stdout.write("ready\n");
for (let n = 0; ; n++) {
  const content = new Uint8Array(300_000).map((_, i) => (i * 31 + n + process.pid) & 255);
  const blob = await store.writeBlob(content);
  const tree = await store.writeTree([{ name: "0", mode: "100644", oid: blob }]);
  const next = await store.writeCommit({ tree, parents: head === null ? [] : [head], day: 0 });
  if (await store.update([{ ref: name, from: head, to: next }])) {
    head = next;
    process.stdout.write("moved\n");
  }
}
