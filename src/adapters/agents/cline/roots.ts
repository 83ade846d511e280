import path from "node:path";
import { CODE, userFolders, type EditorOptions } from "../shared/vscode-hosts.ts";

/** Where Cline's stores are. All absolute; empty counts as unset. */
export interface ClineOptions extends EditorOptions {
  /** `CLINE_DIR`: stands for `~/.cline`. */
  readonly clineDir?: string;
  /** `CLINE_DATA_DIR`: stands for `~/.cline/data`. */
  readonly dataDir?: string;
  /** `CLINE_SESSION_DATA_DIR`: stands for `~/.cline/data/sessions`. */
  readonly sessionDir?: string;
}

/** One store: of the CLI, or of the extension in one editor. */
export interface ClineStore {
  /** Has `tasks/` and `state/`, and `sessions/` if nothing else is set. */
  readonly base: string;
  readonly sessions: string;
}

const EDITORS = [...CODE, ["Cursor", ".cursor-server"], ["Windsurf", ".windsurf-server"]] as const;

/** The stores that there may be; that of the CLI first. */
export function clineStores(options: ClineOptions, paths: Pick<path.PlatformPath, "join" | "resolve"> = path): readonly ClineStore[] {
  const { join, resolve } = paths;
  const own = options.dataDir ? resolve(options.dataDir) : join(options.clineDir ? resolve(options.clineDir) : join(options.home, ".cline"), "data");
  const extensions = userFolders(options, EDITORS, paths).map((user) => join(user, "globalStorage", "saoudrizwan.claude-dev"));
  return [{ base: own, sessions: options.sessionDir ? resolve(options.sessionDir) : join(own, "sessions") }, ...extensions.map((base) => ({ base, sessions: join(base, "sessions") }))];
}

/** Where the stores may lie, absolute. */
export function clineRoots(options: ClineOptions): readonly string[] {
  return [...new Set(clineStores(options).flatMap(({ base, sessions }) => (sessions === path.join(base, "sessions") ? [base] : [base, sessions])))];
}
