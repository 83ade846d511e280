import { HxError } from "../../domain/errors.ts";
import type { Checkout, Remote, RemoteUrl } from "../../ports/git.ts";
import { commandEnvironment, configArguments, localEnvironment, withConfig } from "./environment.ts";
import type { ConfigPair } from "./environment.ts";
import { fetchObjects, fetchRefs, fetchTip } from "./fetch.ts";
import { push } from "./push.ts";
import { remoteFailed } from "./reaching.ts";
import type { Reaching } from "./reaching.ts";
import { parseRefs } from "./refs.ts";
import { readRemotes } from "./remotes.ts";
import type { GitOptions } from "./repositories.ts";
import { run, text } from "./run.ts";
import type { GitProgram, RunOptions } from "./run.ts";
import { readReach } from "./settings.ts";
import type { Reach } from "./settings.ts";

export interface RemoteSettings extends GitOptions {
  /** The user's repository, with whose configuration hosts are reached and from whose top relative paths count. */
  readonly checkout?: Checkout;
  /** The remotes of that repository, where somebody has read them already. */
  readonly remotes?: () => Promise<readonly RemoteUrl[]>;
}

/** What must hold for every command, whatever the user configured. Hooks of the user do not run. */
const ALWAYS: readonly ConfigPair[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.logAllRefUpdates", "false"],
  ["protocol.version", "2"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["submodule.recurse", "false"],
];

export function gitRemote(settings: RemoteSettings = {}): Remote {
  const git = settings.git ?? "git";
  const base = settings.env ?? {};
  const local: GitProgram = { git, env: localEnvironment(base) };
  const { checkout } = settings;
  const cwd = checkout?.top ?? checkout?.gitDirectory;
  const here: RunOptions = cwd === undefined ? {} : { cwd };
  let known: Promise<Reach> | undefined;
  // As what `reach` reads, asked of git once for the life of this object: a command lives no longer.
  let urls: Promise<readonly RemoteUrl[]> | undefined;
  const reach = (): Promise<Reach> => (known ??= readReach(local, checkout?.gitDirectory ?? null, cwd));

  const reaching: Reaching = async (command, options) => {
    const { pairs, ownSsh } = await reach();
    const directory = command.store?.directory ?? checkout?.commonDirectory;
    const own = directory !== undefined && directory === checkout?.gitDirectory;
    const env = withConfig({ ...commandEnvironment(base), ...sshEnvironment(base, ownSsh) }, [
      ...(own ? [] : pairs),
      ...(command.pairs ?? []),
    ]);
    const where = directory === undefined ? [] : [`--git-dir=${directory}`];
    return run({ git, env }, [...configArguments(ALWAYS), ...where, ...command.args], {
      ...here,
      ...(command.input === undefined ? {} : { input: command.input }),
      ...(options?.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      ...(options?.signal === undefined ? {} : { signal: options.signal }),
    });
  };

  /** A name becomes the URL behind it: git's settings of a named remote (refspecs, mirror, prune) must not apply. */
  const urlOf = async (remote: string, direction: "fetch" | "push"): Promise<string> => {
    if (remote.startsWith("-") || /[\n\0]/.test(remote)) throw new HxError("usage", `not a remote: '${remote}'`);
    if (checkout === undefined || /[/:\\]/.test(remote)) return remote;
    const found = (await (urls ??= (settings.remotes ?? (() => readRemotes(local, checkout)))())).find(({ name }) => name === remote);
    return (direction === "push" ? found?.push[0] : found?.fetch) ?? remote;
  };

  return {
    async list(remote, prefix, options) {
      const url = await urlOf(remote, "fetch");
      const ran = await reaching({ store: null, args: ["ls-remote", "--quiet", "--refs", "--", url, `${prefix}*`] }, options);
      if (ran.code !== 0) throw remoteFailed(url, ran);
      return parseRefs(text(ran), "\t", prefix);
    },
    async head(remote, options) {
      const url = await urlOf(remote, "fetch");
      const ran = await reaching({ store: null, args: ["ls-remote", "--quiet", "--symref", "--", url, "HEAD"] }, options);
      if (ran.code !== 0) throw remoteFailed(url, ran);
      return /^ref: (refs\/[^\t\n]+)\tHEAD$/m.exec(text(ran))?.[1] ?? null;
    },
    fetchTip: async (into, remote, branch, options) => fetchTip(reaching, into, await urlOf(remote, "fetch"), branch, options),
    push: async (from, remote, refs, options) => push(reaching, from, await urlOf(remote, "push"), refs, options),
    async fetch(into, remote, refs, options) {
      // The user's own repository never becomes a partial clone: its `git gc` and `git fsck` would fail.
      const whole = options?.whole === true || into.directory === checkout?.commonDirectory;
      return fetchRefs(reaching, into, await urlOf(remote, "fetch"), refs, { ...options, whole });
    },
    fetchObjects: async (into, remote, oids, options) =>
      fetchObjects(reaching, into, await urlOf(remote, "fetch"), oids, options),
  };
}

/** `BatchMode` only where the user has no ssh command of their own: theirs is left as it is. */
function sshEnvironment(base: Readonly<Record<string, string | undefined>>, ownSsh: boolean): Record<string, string> {
  const own = ownSsh || base["GIT_SSH_COMMAND"] !== undefined || base["GIT_SSH"] !== undefined;
  return { SSH_ASKPASS_REQUIRE: "never", ...(own ? {} : { GIT_SSH_COMMAND: "ssh -o BatchMode=yes" }) };
}
