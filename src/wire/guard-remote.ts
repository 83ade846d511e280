import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { connectionYaml } from "../adapters/connection/yaml.ts";
import { loadCrypto } from "../adapters/crypto/libsodium.ts";
import { gitRemote } from "../adapters/git/remote.ts";
import { gitRepositories } from "../adapters/git/repositories.ts";
import { workFiles } from "../adapters/work-files/work-files.ts";
import { guardRemote, type JudgedRemote } from "../app/guard/remote.ts";
import type { RemotePorts } from "../app/guard/remote-scene.ts";
import { noWorkFiles } from "../app/lane/no-work-files.ts";
import type { GuardRemoteOptions, GuardResult } from "../cli/world-guard.ts";
import { present } from "../cli/command.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { decodeGuardState, encodeGuardState, type GuardState } from "../format/guard-state.ts";
import type { Repository } from "../ports/git.ts";
import type { WorkFiles } from "../ports/work-files.ts";
import { systemClock } from "./clock.ts";
import type { Settings } from "./settings.ts";

/** `hx guard` in a clone: nothing is written into it. */
export async function guardRemoteHere(settings: Settings, context: WorldContext, options: GuardRemoteOptions): Promise<GuardResult> {
  const kept = options.state === undefined ? null : stateFile(resolve(context.directory, options.state));
  const last = kept === null ? null : await kept.read();
  const { accept, remote, target, anchor } = options;
  return await judgeRemoteHere(settings, context, { accept, last, ...present({ remote, target, anchor }) }, async ({ report, next, last: held }) => {
    if (kept !== null && next !== null) await kept.write(next);
    return { ...report, since: held === null ? "nothing" : last === null ? "anchor" : "state" };
  });
}

export interface JudgeOptions extends Pick<GuardRemoteOptions, "remote" | "target" | "anchor" | "accept"> {
  readonly last: GuardState | null;
  readonly anchoring?: true;
}

/** Stores that are thrown away, and the remote behind them, while `then` runs. */
export interface JudgedPlace extends JudgedRemote {
  readonly ports: RemotePorts;
  readonly code: Repository;
  /** Name of the remote. */
  readonly remote: string;
}

/** Judges a remote, and hands what came of it on before the stores go. */
export async function judgeRemoteHere<Value>(settings: Settings, context: WorldContext, options: JudgeOptions, then: (judged: JudgedPlace) => Promise<Value>): Promise<Value> {
  const { directory, signal } = context;
  const repositories = gitRepositories({ env: settings.env });
  const checkout = await repositories.find(directory);
  if (checkout === null) throw new HxError("not-a-repository", `'${directory}' is not in a git repository`, { hints: ["git init"] });
  const name = options.remote ?? "origin";
  const url = await urlOf(checkout, name);
  const { objectFormat } = checkout.checkout;
  const root = await mkdtemp(join(tmpdir(), "hx-guard-"));
  try {
    const sessions = await repositories.bareStore(join(root, "sessions.git"), objectFormat);
    const code = await bareRepository(settings, await repositories.bareStore(join(root, "code.git"), objectFormat));
    const remote = gitRemote({ env: settings.env, checkout: checkout.checkout });
    const ports: RemotePorts = { crypto: await loadCrypto(), clock: systemClock, file: connectionYaml, cache: noWorkFiles, remote };
    context.progress.phase(`asking ${name}`);
    const { accept, last, target, anchor, anchoring } = options;
    const scene = { checkout, remote: name, url, sessions, code, last, ...present({ target, anchor, anchoring }) };
    try {
      return await then({ ...(await guardRemote(ports, scene, { accept, signal })), ports, code, remote: name });
    } finally {
      await Promise.all([sessions.close(), code.store.close(), checkout.store.close()]);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function urlOf(checkout: Repository, name: string): Promise<string> {
  const found = (await checkout.remotes()).find((remote) => remote.name === name);
  if (found === undefined) throw new HxError("usage", `this clone has no remote '${name}'`, { hints: ["git remote -v"] });
  return found.fetch;
}

export async function bareRepository(settings: Settings, store: { readonly directory: string }): Promise<Repository> {
  // Named, not looked for: where git may use bare repositories only that it was told of, it may use this one.
  const repository = await gitRepositories({ env: settings.env, server: true }).find(store.directory);
  if (repository === null) throw new HxError("internal", "a store that was made is no repository");
  return repository;
}

interface StateFile {
  /** @throws HxError `encoding-invalid`, `too-new` */
  read(): Promise<GuardState | null>;
  write(state: GuardState): Promise<void>;
}

function stateFile(path: string): StateFile {
  const files: WorkFiles = workFiles(dirname(path));
  const name = basename(path);
  return {
    async read() {
      const bytes = await files.read(name);
      return bytes === null ? null : decodeGuardState(bytes);
    },
    write: (state) => files.write(name, encodeGuardState(state)),
  };
}
