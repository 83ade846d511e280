import { join, resolve } from "node:path";
import { connectionYaml } from "../adapters/connection/yaml.ts";
import { loadCrypto } from "../adapters/crypto/libsodium.ts";
import { gitRepositories } from "../adapters/git/repositories.ts";
import { workFiles } from "../adapters/work-files/work-files.ts";
import { guardPush, hookValue } from "../app/guard/push.ts";
import type { PushedRef } from "../app/guard/pushed.ts";
import type { GuardAccept, GuardResult, HookLine } from "../cli/world-guard.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { systemClock } from "./clock.ts";
import type { Settings } from "./settings.ts";

/** `hx guard --pre-receive` and `--update`: in the repository for which git runs the hook. */
export async function guardHere(settings: Settings, { directory }: WorldContext, lines: readonly HookLine[], options: GuardAccept & { readonly whole: boolean }): Promise<GuardResult> {
  if (settings.env["GIT_NAMESPACE"]) throw new HxError("usage", "guard does not know refs in a git namespace (GIT_NAMESPACE)");
  const at = resolve(directory, settings.env["GIT_DIR"] || ".");
  const repository = await gitRepositories({ env: settings.env, server: true }).find(at);
  if (repository === null) throw new HxError("not-a-repository", `'${at}' is no git repository`, { hints: ["hx help guard"] });
  const ports = { crypto: await loadCrypto(), clock: systemClock, file: connectionYaml, cache: workFiles(join(repository.checkout.commonDirectory, "hx", "guard")) };
  try {
    const report = await guardPush(ports, repository, lines.map(pushedRef), options);
    return { ...report, since: "refs" };
  } finally {
    await repository.store.close();
  }
}

function pushedRef({ ref, old, new: value }: HookLine): PushedRef {
  // Of the old value only the form counts: what the ref says now, the repository knows, and git compares both when it moves the ref.
  const [from, to] = [hookValue(old), hookValue(value)];
  if (from === null || to === null) throw new HxError("usage", `'${from === null ? old : value}' is no value of a ref as git gives it`);
  return { ref, to: to.oid };
}
