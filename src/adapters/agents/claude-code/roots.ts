import path from "node:path";

/** Where Claude Code's store is. All absolute. */
export interface ClaudeCodeOptions {
  readonly home: string;
  /** `CLAUDE_CONFIG_DIR`: the only store, when it is set. */
  readonly configDir?: string;
  /** `CLAUDE_CODE_PROJECT_DIR_NAME`: stands for the folder made of the directory. */
  readonly projectDirName?: string;
  /** `XDG_CONFIG_HOME`. */
  readonly xdgConfigHome?: string;
}

/** Where the stores may lie, absolute. */
export function claudeRoots(options: ClaudeCodeOptions): readonly string[] {
  if (options.configDir !== undefined && options.configDir !== "") return [path.resolve(options.configDir)];
  return [path.join(options.home, ".claude"), path.join(options.xdgConfigHome ?? path.join(options.home, ".config"), "claude")];
}
