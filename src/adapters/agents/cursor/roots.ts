import path from "node:path";
import { userFolders } from "../shared/vscode-hosts.ts";

/** Where Cursor keeps what is the person's. All absolute; empty counts as unset. */
export interface CursorOptions {
  readonly home: string;
  /** `CURSOR_DATA_DIR` and `CURSOR_CONFIG_DIR`: the CLI alone follows them. */
  readonly dataDir?: string;
  readonly configDir?: string;
  /** Absent: Linux. */
  readonly platform?: NodeJS.Platform;
  /** `APPDATA`, on Windows. */
  readonly appData?: string;
  /** `XDG_CONFIG_HOME`, on Linux. */
  readonly xdgConfigHome?: string;
  /** Tests choose the engine that reads databases. */
  readonly engine?: "node" | "wasm";
  /** ms since 1970. */
  readonly now?: () => number;
}

/** Candidates, on every system; the first is where a session is restored to. */
export function cursorRoots({ home, dataDir, configDir }: CursorOptions, { join, resolve }: Pick<path.PlatformPath, "join" | "resolve"> = path): readonly string[] {
  const moved = [dataDir, configDir].filter((directory) => directory !== undefined && directory !== "").map((directory) => resolve(directory ?? home));
  return [...new Set([...moved, join(home, ".cursor")])];
}

/** Where the editor keeps what is the person's. */
export function editorRoots({ home, platform = "linux", appData, xdgConfigHome }: CursorOptions, paths: Pick<path.PlatformPath, "join"> = path): readonly string[] {
  return userFolders({ home, platform, ...(appData === undefined ? {} : { appData }), ...(xdgConfigHome === undefined ? {} : { xdgConfigHome }) }, [["Cursor", ".cursor-server"]], paths);
}
