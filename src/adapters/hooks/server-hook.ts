import { lstat, realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import { readTextFile, replaceTextFile, type TextFile } from "./text-file.ts";

/** What a place for hooks of a git server is. */
export type ServerPlace = "bare" | "dispatcher" | "custom-hooks" | "gitolite" | "hooks-directory";

export interface ServerHook {
  readonly place: ServerPlace;
  /** The file that is, or is to be, the hook. */
  readonly path: string;
  /** What whoever runs the server does next; absent: nothing. */
  readonly next?: string;
}

const MARK = "# hx guard pre-receive";

/**
 * The hook of a server, as POSIX shell. It needs no PATH and no HOME, and where hx is gone it refuses every push: a door whose keeper is
 * missing stays shut.
 * @param program absolute paths: what runs, and the files that it is given
 */
export function serverHookScript(program: readonly string[]): string {
  const words = program.map(quoted);
  const [first = ""] = words;
  const there = [`[ -x ${first} ]`, ...words.slice(1).map((word) => `[ -r ${word} ]`)].join(" && ");
  return [
    "#!/bin/sh",
    `${MARK} (made by 'hx guard install', taken away by 'hx guard uninstall')`,
    ': "${HOME:=/nonexistent}"',
    "export HOME",
    `if ${there}; then`,
    `  exec ${words.join(" ")} guard --pre-receive`,
    "fi",
    `echo "hx guard: refused: hx is not where this hook looks for it, so no push can be judged" >&2`,
    `echo "  mend  whoever runs this server: hx guard install" >&2`,
    "exit 1",
    "",
  ].join("\n");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Finds out what a directory of a server is, and where its hook goes.
 * @throws HxError `not-found` for a directory that is nothing of that kind
 */
export async function findServerHook(directory: string): Promise<ServerHook> {
  const at = await realpath(resolve(directory)).catch(() => null);
  if (at === null || !(await isDirectory(at))) throw new HxError("not-found", `there is no directory '${directory}'`, { hints: ["hx guard install --help"] });
  if (await isBare(at)) return await inRepository(at);
  const gitolite = basename(at) === ".gitolite" ? at : join(at, ".gitolite");
  if (await isDirectory(join(gitolite, "hooks"))) return common(join(gitolite, "hooks", "common"));
  if (basename(at) === "common" && basename(join(at, "..")) === "hooks") return common(at);
  if (basename(at) === "repo-specific") return { place: "gitolite", path: join(at, "hx-guard"), next: "name it in the configuration of gitolite, 'option hook.pre-receive = hx-guard', and push that" };
  if (basename(at) === "pre-receive.d") return { place: "dispatcher", path: join(at, "hx-guard") };
  if (/(^|[-_.])hooks$/.test(basename(at))) return { place: "hooks-directory", path: await slot(at) };
  throw new HxError("not-found", `'${directory}' is no bare repository, no home of gitolite and no directory of hooks`, { hints: ["hx guard install --print", "git init --bare <directory>"] });
}

function common(directory: string): ServerHook {
  return { place: "gitolite", path: join(directory, "pre-receive"), next: "gitolite setup --hooks-only" };
}

async function inRepository(at: string): Promise<ServerHook> {
  if (await isDirectory(join(at, "custom_hooks"))) return { place: "custom-hooks", path: await slot(join(at, "custom_hooks")) };
  const path = await slot(join(at, "hooks"));
  return { place: path.endsWith("hx-guard") ? "dispatcher" : "bare", path };
}

/** Where a dispatcher runs all files of a directory, one of those; else the hook itself. */
async function slot(hooks: string): Promise<string> {
  const many = join(hooks, "pre-receive.d");
  return (await isDirectory(many)) ? join(many, "hx-guard") : join(hooks, "pre-receive");
}

async function isBare(at: string): Promise<boolean> {
  return (await isDirectory(join(at, "objects"))) && (await isDirectory(join(at, "refs"))) && (await lstat(join(at, "HEAD")).catch(() => null)) !== null;
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/** The hook file as it is: of nobody yet, made by hx, or somebody else's, which is never touched. */
type Owner = { readonly kind: "nobody" | "hx"; readonly file: TextFile } | { readonly kind: "other" };

async function ownerOf({ path }: ServerHook): Promise<Owner> {
  const there = await lstat(path).catch(() => null);
  if (there !== null && !there.isFile()) return { kind: "other" };
  const file = await readTextFile(path, 0o755).catch(() => null);
  if (file === null) return { kind: "other" };
  if (file.text === null) return { kind: "nobody", file };
  return file.text.split("\n")[1]?.startsWith(MARK) === true ? { kind: "hx", file } : { kind: "other" };
}

/** `by-hand`: the hook is somebody else's, nothing was written. */
export type Installed = "installed" | "unchanged" | "by-hand";

/** Writes the hook, or finds it as it should be. @throws HxError `io-failed`, `busy` */
export async function installServerHook(hook: ServerHook, script: string): Promise<Installed> {
  const owner = await ownerOf(hook);
  if (owner.kind === "other") return "by-hand";
  if (owner.file.text === script && (owner.file.mode & 0o555) === 0o555) return "unchanged";
  await replaceTextFile({ ...owner.file, mode: 0o755 }, script);
  return "installed";
}

/** Takes away a hook that hx made. @throws HxError `io-failed`, `busy` */
export async function removeServerHook(hook: ServerHook): Promise<"removed" | "absent" | "by-hand"> {
  const owner = await ownerOf(hook);
  if (owner.kind === "other") return "by-hand";
  if (owner.kind === "nobody") return "absent";
  await replaceTextFile(owner.file, null);
  return "removed";
}
