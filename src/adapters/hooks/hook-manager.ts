import { stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import type { GitEvent } from "./shell.ts";
import { gitHookCommand, gitHookLines } from "./shell.ts";

/** Who else keeps the directory in which git looks for hooks. */
export type HookOwner = "nobody" | "husky" | "lefthook" | "work-tree" | "outside";

const lefthookFiles = ["lefthook", ".lefthook", join(".config", "lefthook")].flatMap((name) =>
  ["yml", "yaml", "toml", "json", "jsonc"].map((extension) => `${name}.${extension}`),
);

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export function inside(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && way !== path);
}

/** The file that configures lefthook in a working tree, absolute, or null. */
export async function lefthookConfig(top: string): Promise<string | null> {
  for (const name of lefthookFiles) if (await exists(join(top, name))) return join(top, name);
  return null;
}

/** Both paths real and absolute; `top` null in a bare repository. */
export async function hookOwner(
  directory: string,
  checkout: { readonly top: string | null; readonly commonDirectory: string },
): Promise<HookOwner> {
  const husky = basename(directory) === ".husky" || (basename(directory) === "_" && basename(dirname(directory)) === ".husky");
  if (husky) return "husky";
  const { top } = checkout;
  if (top !== null && (await lefthookConfig(top)) !== null) return "lefthook";
  if (inside(directory, checkout.commonDirectory)) return "nobody";
  if (top !== null && inside(directory, top)) return "work-tree";
  return "outside";
}

/** The user's own file for an event, under husky. */
export function huskyFile(directory: string, event: GitEvent): string {
  return join(basename(directory) === "_" ? dirname(directory) : directory, event);
}

export function lefthookLines(event: GitEvent, hxCommand: string): readonly string[] {
  const body = gitHookLines(event, hxCommand).map((line) => `        ${line}`);
  return [`${event}:`, "  jobs:", "    - name: hx", "      run: |", ...body];
}

export function preCommitLines(event: GitEvent, hxCommand: string): readonly string[] {
  const entry = gitHookCommand(event, hxCommand).replaceAll("'", "''");
  return [
    "- repo: local",
    "  hooks:",
    `    - id: hx-${event}`,
    "      name: hx",
    `      entry: '${entry}'`,
    "      language: system",
    "      always_run: true",
    "      pass_filenames: false",
    `      stages: [${event}]`,
  ];
}
