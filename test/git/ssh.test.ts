import { spawn, execFileSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import type { AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitRemote } from "../../src/adapters/git/remote.ts";
import { gitRepositories } from "../../src/adapters/git/repositories.ts";
import { refName } from "../../src/domain/ids.ts";
import { makeSandbox } from "../support/sandbox.ts";
import type { Sandbox } from "../support/sandbox.ts";

const SSHD = "/usr/sbin/sshd";
const LANE = refName("refs/sessions/v1/lane/a");
const COPY = refName("refs/hx/quarantine/a");

// A server of one's own needs its program; root's also the directory that the system makes for it.
const usable = existsSync(SSHD) && (userInfo().uid !== 0 || existsSync("/run/sshd"));

/** Nothing of the user who runs the tests. */
const ALONE = "-F /dev/null -o IdentityAgent=none";

let sandbox: Sandbox;
let server: ChildProcess | undefined;

beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(async () => {
  if (server !== undefined && server.exitCode === null) {
    const closed = new Promise((resolve) => server?.on("close", resolve));
    server.kill();
    await closed;
  }
  await sandbox.remove();
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true));
    socket.on("error", () => resolve(false)).on("connect", () => socket.destroy());
  });
}

async function startSshd(): Promise<{ readonly port: number; readonly key: string; readonly knownHosts: string }> {
  const at = sandbox.path("ssh");
  await mkdir(at, { mode: 0o700 });
  const [host, key] = [join(at, "host"), join(at, "key")];
  for (const file of [host, key]) execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  await writeFile(join(at, "authorized"), await readFile(`${key}.pub`));
  await chmod(join(at, "authorized"), 0o600);
  const port = await freePort();
  const config = [`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${host}`, `AuthorizedKeysFile ${join(at, "authorized")}`,
    "PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "AcceptEnv GIT_PROTOCOL", ""];
  await writeFile(join(at, "config"), config.join("\n"));
  server = spawn(SSHD, ["-D", "-e", "-f", join(at, "config")], { stdio: "ignore" });
  for (let i = 0; i < 100 && !(await listening(port)); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  const knownHosts = join(at, "known");
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${await readFile(`${host}.pub`, "utf8")}`);
  return { port, key, knownHosts };
}

describe.runIf(usable)("remote over ssh", () => {
  it("pushes and fetches with the user's own ssh command, and is unreachable without a key", async () => {
    const { port, key, knownHosts } = await startSshd();
    const bare = await sandbox.makeRepo({ bare: true });
    await sandbox.git(bare, "config", "uploadpack.allowFilter", "true");
    const url = `ssh://${userInfo().username}@127.0.0.1:${port}${bare}`;
    const found = await gitRepositories({ env: sandbox.env }).find(await sandbox.makeRepo());
    if (found === null) throw new Error("no repository");
    const tree = await found.store.writeTree([{ name: "0", mode: "100644", oid: await found.store.writeBlob(new Uint8Array(9000)) }]);
    const head = await found.store.writeCommit({ tree, parents: [], day: 0 });
    const refs = [{ local: head, ref: LANE }];

    // No key and a host that is not known: `ssh` would ask, and must not.
    const log = sandbox.path("ssh-log");
    await mkdir(sandbox.path("bin"));
    const script = `#!/bin/sh\necho "$@" >> '${log}'\nexec /usr/bin/ssh ${ALONE} -o UserKnownHostsFile=/dev/null "$@"\n`;
    await writeFile(sandbox.path("bin", "ssh"), script, { mode: 0o755 });
    const env = { ...sandbox.env, PATH: `${sandbox.path("bin")}:${sandbox.env["PATH"] ?? ""}` };
    const stranger = gitRemote({ env, checkout: found.checkout });
    expect(await stranger.push(found.store, url, refs, { timeoutMs: 20_000 })).toMatchObject({ kind: "unreachable" });
    expect(await readFile(log, "utf8")).toContain("BatchMode=yes");

    const own = `ssh ${ALONE} -i ${key} -o UserKnownHostsFile=${knownHosts} -o IdentitiesOnly=yes`;
    await found.setConfig("core.sshCommand", own);
    const remote = gitRemote({ env: sandbox.env, checkout: found.checkout });
    expect(await remote.push(found.store, url, refs)).toEqual({ kind: "done" });
    const store = await gitRepositories({ env: sandbox.env }).bareStore(sandbox.path("store"), "sha1");
    expect(await remote.fetch(store, url, [{ from: LANE, to: COPY }])).toEqual({ filtered: true });
    expect(await store.read(COPY)).toBe(head);
    await Promise.all([store.close(), found.store.close()]);
  });
});
