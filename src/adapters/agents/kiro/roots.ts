import path from "node:path";

/** Where Kiro's stores are. All absolute; empty counts as unset. */
export interface KiroOptions {
  readonly home: string;
  /** `KIRO_HOME`. */
  readonly kiroHome?: string;
  /** Absent: Linux. */
  readonly platform?: NodeJS.Platform;
  /** `XDG_DATA_HOME`, on Linux. */
  readonly xdgDataHome?: string;
  /** `LOCALAPPDATA`, on Windows. */
  readonly localAppData?: string;
  /** Tests choose the engine that reads databases. */
  readonly engine?: "node" | "wasm";
}

/** Where sessions lie as files. */
export function kiroHome(options: KiroOptions, { join, resolve }: Pick<path.PlatformPath, "join" | "resolve"> = path): string {
  return options.kiroHome ? resolve(options.kiroHome) : join(options.home, ".kiro");
}

/** Folders of the databases of Kiro CLI and of Amazon Q, from which it came. */
export function databaseFolders(options: KiroOptions, { join }: Pick<path.PlatformPath, "join"> = path): readonly string[] {
  const data = dataHome(options, join);
  return [join(data, "kiro-cli"), join(data, "amazon-q")];
}

function dataHome({ home, platform, xdgDataHome, localAppData }: KiroOptions, join: path.PlatformPath["join"]): string {
  if (platform === "darwin") return join(home, "Library", "Application Support");
  if (platform === "win32") return localAppData || join(home, "AppData", "Local");
  return xdgDataHome || join(home, ".local", "share");
}

/** All of them; the first is where files of a session are restored to. */
export function kiroRoots(options: KiroOptions): readonly string[] {
  return [kiroHome(options), ...databaseFolders(options)];
}
