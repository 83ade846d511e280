import path from "node:path";

/** Where sessions are handed over. All absolute. */
export interface DoorOptions {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** `HX_SESSIONS_DIR`: the folder itself. */
  readonly sessionsDir?: string;
  /** `XDG_DATA_HOME`. */
  readonly xdgDataHome?: string;
  /** `LOCALAPPDATA`, on Windows. */
  readonly localAppData?: string;
}

/** The folder of all sessions that were handed over: docs/spec/door.md. */
export function doorFolder(options: DoorOptions): string {
  const { join, resolve } = options.platform === "win32" ? path.win32 : path.posix;
  if (options.sessionsDir) return resolve(options.sessionsDir);
  if (options.xdgDataHome) return join(options.xdgDataHome, "hx", "sessions");
  if (options.platform === "darwin") return join(options.home, "Library", "Application Support", "hx", "sessions");
  if (options.platform === "win32") return join(options.localAppData || join(options.home, "AppData", "Local"), "hx", "sessions");
  return join(options.home, ".local", "share", "hx", "sessions");
}
