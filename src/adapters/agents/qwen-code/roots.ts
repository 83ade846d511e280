import path from "node:path";

/** Where Qwen Code's store is. */
export interface QwenCodeOptions {
  /** Absolute. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** `QWEN_HOME`: in the place of `~/.qwen`. May begin with `~`. */
  readonly qwenHome?: string;
  /** `QWEN_RUNTIME_DIR`: sessions are kept there, while settings stay. May begin with `~`. */
  readonly runtimeDir?: string;
}

/** Where the store may lie, absolute. What the settings say of another place is read by the adapter: the settings lie in one of these. */
export function qwenRoots(options: QwenCodeOptions): readonly string[] {
  const own = qwenDirectory(options);
  const runtime = resolved(options.runtimeDir, options);
  return runtime === undefined ? [own] : [runtime, own];
}

/** The agent's own directory: its settings, and its sessions where nothing says another place for them. */
export function qwenDirectory(options: { readonly home: string; readonly qwenHome?: string | undefined }): string {
  return resolved(options.qwenHome, options) ?? path.join(options.home, ".qwen");
}

/** A directory that a variable or the settings name; undefined where they name none. */
export function resolved(given: string | undefined, { home }: { readonly home: string }): string | undefined {
  if (given === undefined || given === "") return undefined;
  const below = /^~(?:[\\/](.*))?$/.exec(given);
  return below === null ? path.resolve(given) : path.join(home, ...(below[1] ?? "").split(/[\\/]+/).filter((part) => part !== ""));
}
