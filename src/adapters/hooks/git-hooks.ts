import { lstat, mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../../ports/git.ts";
import type { HookEntry, HookPlace, HookPlan } from "../../ports/hooks.ts";
import { configHooks } from "./config-hooks.ts";
import { blockLines, hookFileKind, newHookFile, withBlock, withoutBlock } from "./hook-file.ts";
import { exists, hookOwner, huskyFile, inside, lefthookConfig, lefthookLines, preCommitLines } from "./hook-manager.ts";
import type { GitEvent } from "./shell.ts";
import { gitEvents, gitHookLines } from "./shell.ts";
import type { TextFile } from "./text-file.ts";
import { readTextFile, replaceTextFile } from "./text-file.ts";

/** The part of a repository that hooks are about. */
export type HookedRepository = Pick<Repository, "checkout" | "config" | "setConfig" | "hooksDirectory" | "version">;

export interface GitHooksOptions {
  readonly repository: HookedRepository;
  /** What is on the PATH (`hx`), or an absolute path. */
  readonly hxCommand: string;
}

/** What hx may do about one event in a hooks directory. */
type Site =
  | { readonly kind: "file"; readonly path: string; readonly file: TextFile; readonly note: string }
  | { readonly kind: "by-hand"; readonly path: string; readonly lines: readonly string[]; readonly note: string };

/** The first version of git that reads hooks from its configuration. */
const configHooksSince = [2, 54] as const;

/**
 * Git's own hooks. With git 2.54 or newer as configuration of this repository, which leaves every hook file alone;
 * with an older git as a marked block in the directory git really uses, if that directory is nobody else's.
 */
export function gitHooks(options: GitHooksOptions): HookPlace {
  const { repository, hxCommand } = options;
  const config = configHooks(repository, hxCommand);
  const top = repository.checkout.top ?? repository.checkout.gitDirectory;

  async function byConfig(): Promise<boolean> {
    const [major, minor] = await repository.version();
    return major > configHooksSince[0] || (major === configHooksSince[0] && minor >= configHooksSince[1]);
  }

  async function site(event: GitEvent): Promise<Site> {
    const directory = await repository.hooksDirectory();
    const owner = await hookOwner(directory, repository.checkout);
    const path = join(directory, event);
    const lines = gitHookLines(event, hxCommand);
    if (owner === "husky") return byHand(huskyFile(directory, event), lines, "husky runs the hooks of this repository");
    if (owner === "lefthook") return byLefthook(event);
    if (owner === "work-tree") return byHand(path, lines, "core.hooksPath points into the working tree");
    if (owner === "outside") return byHand(path, lines, "core.hooksPath points outside this repository");
    return siteOfFile(event, path, lines);
  }

  async function siteOfFile(event: GitEvent, path: string, lines: readonly string[]): Promise<Site> {
    const stat = await lstat(path).catch(() => null);
    if (stat?.isSymbolicLink() === true) return byHand(path, lines, "the hook is a symbolic link");
    if (stat !== null && !stat.isFile()) return byHand(path, lines, "the hook is not a file");
    const file = await readTextFile(path, 0o755).catch(() => null);
    if (file === null) return byHand(path, lines, "the hook is not a text file");
    if (file.text === null) return { kind: "file", path, file, note: `make an executable ${event} hook` };
    const kind = hookFileKind(file.text);
    if (kind === "lefthook") return byLefthook(event);
    if (kind === "pre-commit") return byHand(join(top, ".pre-commit-config.yaml"), preCommitLines(event, hxCommand), "pre-commit made this hook");
    if (kind === "other-interpreter") return byHand(path, lines, "the hook is not a shell script: it has to run these lines with sh");
    // Setting the bit would switch on what the user switched off.
    if ((file.mode & 0o111) === 0) return byHand(path, lines, "the hook is not executable, so git ignores it");
    return { kind: "file", path, file, note: `add a marked block to the ${event} hook` };
  }

  async function byLefthook(event: GitEvent): Promise<Site> {
    const path = (await lefthookConfig(top)) ?? join(top, "lefthook.yml");
    return byHand(path, lefthookLines(event, hxCommand), "lefthook writes the hooks of this repository");
  }

  function byHand(path: string, lines: readonly string[], note: string): Site {
    return { kind: "by-hand", path, lines, note };
  }

  /** Whether the lines that a person had to add are there: a call of hx for this event is enough. */
  async function addedByHand(place: Site, event: GitEvent): Promise<boolean> {
    const file = await readTextFile(place.path, 0o644).catch(() => null);
    return file?.text?.includes(`hook git ${event}`) ?? false;
  }

  async function addBlock(place: Site & { kind: "file" }, event: GitEvent): Promise<void> {
    const lines = gitHookLines(event, hxCommand);
    if (place.file.text !== null) return replaceTextFile(place.file, withBlock(place.file.text, lines));
    const directory = await repository.hooksDirectory();
    const made = !(await exists(directory));
    if (made) await mkdir(directory, { recursive: true });
    await replaceTextFile(place.file, newHookFile(lines, made));
  }

  async function fileWork(apply: boolean): Promise<HookPlan> {
    const changes: HookPlan["changes"][number][] = [];
    const byHandLines: HookPlan["byHand"][number][] = [];
    for (const event of gitEvents) {
      const place = await site(event);
      if (place.kind === "by-hand") {
        if (!(await addedByHand(place, event))) byHandLines.push({ where: place.path, lines: place.lines });
        continue;
      }
      const wanted = gitHookLines(event, hxCommand).join("\n");
      if (place.file.text !== null && blockLines(place.file.text)?.join("\n") === wanted) continue;
      changes.push({ where: place.path, what: place.note });
      if (apply) await addBlock(place, event);
    }
    return { changes, byHand: byHandLines };
  }

  /** Where blocks of hx can be: the directory git uses now, and its own, should another have been set since. */
  async function ownDirectories(): Promise<readonly string[]> {
    const { commonDirectory } = repository.checkout;
    const all = new Set([await repository.hooksDirectory(), join(commonDirectory, "hooks")]);
    return [...all].filter((directory) => inside(directory, commonDirectory));
  }

  async function cutBlock(path: string, event: GitEvent, apply: boolean): Promise<{ readonly what: string; readonly directoryMade: boolean } | null> {
    const file = await readTextFile(path, 0o755).catch(() => null);
    const cut = file?.text == null ? null : withoutBlock(file.text);
    if (file === null || cut === null) return null;
    if (apply) await replaceTextFile(file, cut.text);
    const what = cut.text === null ? `delete the ${event} hook that hx made` : `take hx's block out of the ${event} hook`;
    return { what, directoryMade: cut.directoryMade };
  }

  async function cutBlocks(apply: boolean): Promise<HookPlan["changes"]> {
    const changes: HookPlan["changes"][number][] = [];
    for (const directory of await ownDirectories()) {
      let directoryMade = false;
      for (const event of gitEvents) {
        const cut = await cutBlock(join(directory, event), event, apply);
        if (cut === null) continue;
        changes.push({ where: join(directory, event), what: cut.what });
        directoryMade ||= cut.directoryMade;
      }
      // Not empty: somebody else has hooks there by now.
      if (apply && directoryMade) await rmdir(directory).catch(() => undefined);
    }
    return changes;
  }

  async function remove(): Promise<HookPlan> {
    const changes = [...(await cutBlocks(true)), ...(await config.remove())];
    const byHandLines: HookPlan["byHand"][number][] = [];
    for (const event of gitEvents) {
      const place = await site(event);
      if (place.kind === "by-hand" && (await addedByHand(place, event))) byHandLines.push({ where: place.path, lines: place.lines });
    }
    return { changes, byHand: byHandLines };
  }

  async function install(apply: boolean): Promise<HookPlan> {
    if (!(await byConfig())) return fileWork(apply);
    // A block from the time of an older git would run a second time.
    const cut = await cutBlocks(apply);
    return { changes: [...cut, ...(await config.install(apply))], byHand: [] };
  }

  async function fileState(event: GitEvent): Promise<HookEntry> {
    const place = await site(event);
    if (place.kind === "by-hand") {
      const added = await addedByHand(place, event);
      const note = added ? place.note : `${place.note}: lines to add by hand`;
      return { event, state: added ? "installed" : "absent", where: place.path, note };
    }
    const lines = place.file.text === null ? null : blockLines(place.file.text);
    if (lines === null) return { event, state: "absent", where: place.path };
    const same = lines.join("\n") === gitHookLines(event, hxCommand).join("\n");
    return { event, state: same ? "installed" : "changed", where: place.path };
  }

  return {
    name: "git",
    plan: () => install(false),
    install: () => install(true),
    remove,
    state: async () => {
      if (await byConfig()) return config.state();
      return Promise.all(gitEvents.map(fileState));
    },
  };
}
