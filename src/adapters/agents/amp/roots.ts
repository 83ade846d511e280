import path from "node:path";

/** Where Amp's store is. All absolute. */
export interface AmpOptions {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** `XDG_DATA_HOME`; empty counts as unset. */
  readonly xdgDataHome?: string;
  /** `LOCALAPPDATA`, on Windows. */
  readonly localAppData?: string;
}

/** The folders that may be the store, the usual one first. */
export function ampRoots({ home, platform, xdgDataHome, localAppData }: AmpOptions, { join }: Pick<path.PlatformPath, "join"> = path): readonly string[] {
  const roots = [join(xdgDataHome || join(home, ".local", "share"), "amp")];
  if (platform === "win32") roots.unshift(join(localAppData || join(home, "AppData", "Local"), "amp"));
  return roots;
}

const THREAD = /^(T-[A-Za-z0-9][A-Za-z0-9-]{0,80})\.json$/;

export function threadOf(name: string): string | undefined {
  return THREAD.exec(name)?.[1];
}
