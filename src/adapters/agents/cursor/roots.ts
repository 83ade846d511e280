import path from "node:path";

/** Where Cursor keeps what is the person's. All absolute; empty counts as unset. */
export interface CursorOptions {
  readonly home: string;
  /** `CURSOR_DATA_DIR` and `CURSOR_CONFIG_DIR`: the CLI alone follows them. */
  readonly dataDir?: string;
  readonly configDir?: string;
  /** Tests choose the engine that reads databases. */
  readonly engine?: "node" | "wasm";
}

/** Candidates, on every system; the first is where a session is restored to. */
export function cursorRoots({ home, dataDir, configDir }: CursorOptions, { join, resolve }: Pick<path.PlatformPath, "join" | "resolve"> = path): readonly string[] {
  const moved = [dataDir, configDir].filter((directory) => directory !== undefined && directory !== "").map((directory) => resolve(directory ?? home));
  return [...new Set([...moved, join(home, ".cursor")])];
}
