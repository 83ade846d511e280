/** How an agent takes a brief. */
export interface HandoffTarget {
  readonly name: string;
  readonly title: string;
  /** The command that starts it, in a POSIX shell; absent: it is opened by hand. `file` and `prompt` can be pasted as they are. */
  readonly command?: (file: string, prompt: string) => string;
}

const named = (program: string) => (_: string, prompt: string): string => `${program} ${prompt}`;
/** These leave alone what git ignores, so they get the text and not the file. */
const withText = (program: string) => (file: string): string => `${program} "$(cat ${file})"`;

/** Agents to which a session can be handed, by the names under which hx knows them. */
export const HANDOFF_TARGETS: readonly HandoffTarget[] = [
  { name: "claude-code", title: "Claude Code", command: named("claude") },
  { name: "codex", title: "Codex", command: named("codex") },
  { name: "gemini-cli", title: "Gemini CLI", command: withText("gemini -i") },
  { name: "qwen-code", title: "Qwen Code", command: withText("qwen -i") },
  { name: "opencode", title: "OpenCode", command: named("opencode --prompt") },
  { name: "kilo-code", title: "Kilo Code", command: named("kilo --prompt") },
  { name: "copilot-cli", title: "GitHub Copilot CLI", command: named("copilot -i") },
  { name: "pi", title: "Pi", command: named("pi") },
  { name: "factory-droid", title: "Factory Droid", command: named("droid") },
  { name: "kiro", title: "Kiro", command: named("kiro-cli chat") },
  { name: "aider", title: "Aider", command: (file) => `aider --read ${file}` },
  { name: "cursor", title: "Cursor", command: named("cursor-agent") },
  { name: "cline", title: "Cline", command: named("cline --tui") },
  { name: "amp", title: "Amp" },
  { name: "continue", title: "Continue" },
  { name: "windsurf", title: "Windsurf" },
  { name: "vscode-copilot", title: "GitHub Copilot Chat" },
];
