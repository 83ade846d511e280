import path from "node:path";

/** Where Gemini CLI's store is. */
export interface GeminiCliOptions {
  /** Absolute. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** `GEMINI_CLI_HOME`: stands for the home directory. */
  readonly geminiHome?: string;
}

/** Where the stores may lie, absolute, the usual one first. In its sandbox on macOS the agent keeps another. */
export function geminiRoots({ home, platform, geminiHome }: GeminiCliOptions): readonly string[] {
  if (geminiHome !== undefined && geminiHome !== "") return [path.join(path.resolve(geminiHome), ".gemini")];
  return [path.join(home, ".gemini"), ...(platform === "darwin" ? [path.join(home, ".cache", ".gemini")] : [])];
}
