import { access, constants, realpath } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { findServerHook, installServerHook, removeServerHook, serverHookScript } from "../adapters/hooks/server-hook.ts";
import { present } from "../cli/command.ts";
import type { InstallOptions, ServerHookResult } from "../cli/world-guard.ts";
import { HxError } from "../domain/errors.ts";

/** What a hook calls: a program that was named, else the one that runs now. @throws HxError `usage` */
async function programOf(named: string | undefined): Promise<readonly string[]> {
  if (named !== undefined) {
    const isThere = isAbsolute(named) && (await access(named, constants.X_OK).then(() => true, () => false));
    if (!isThere) throw new HxError("usage", `'${named}' is not the absolute path of a program`, { hints: ["hx guard install --help"] });
    return [named];
  }
  const entry = process.argv[1];
  if (entry === undefined) throw new HxError("usage", "name the program that the hook is to call", { hints: ["hx guard install <directory> --program /usr/local/bin/hx"] });
  return [process.execPath, await realpath(entry)];
}

export async function serverScript({ program }: InstallOptions): Promise<string> {
  return serverHookScript(await programOf(program));
}

/** `hx guard install`, `hx guard uninstall`. @throws HxError `not-found`, `io-failed`, `busy` */
export async function changeServerHook(from: string, directory: string, verb: "install" | "uninstall", options: InstallOptions): Promise<ServerHookResult> {
  const hook = await findServerHook(resolve(from, directory));
  const { place, path } = hook;
  if (verb === "uninstall") return { place, path, done: await removeServerHook(hook), lines: [] };
  const script = await serverScript(options);
  const done = await installServerHook(hook, script);
  const lines = done === "by-hand" ? script.trimEnd().split("\n").slice(2) : [];
  return { place, path, done, lines, ...(done === "installed" ? present({ next: hook.next }) : {}) };
}
