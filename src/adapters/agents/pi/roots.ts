import path from "node:path";

/** Where Pi's store is. Variables may begin with `~`; empty counts as unset. */
export interface PiOptions {
  /** Absolute. */
  readonly home: string;
  /** `PI_CODING_AGENT_DIR`. */
  readonly agentDir?: string;
  /** `PI_CODING_AGENT_SESSION_DIR`: sessions lie directly there. */
  readonly sessionDir?: string;
}

/** Where sessions may lie: below folders made of directories, and directly where a person set another place. */
export interface Places {
  readonly agent: string;
  /** The folder that a person set, by environment or settings; absent: none. */
  readonly set?: string;
}

/** Pi's own directory and the one that was set for sessions, by the path rules of a platform. `~` is the home. */
export function placesOf(options: PiOptions, rules: path.PlatformPath = path): Places {
  const { home, agentDir, sessionDir } = options;
  const expanded = (text: string): string => rules.resolve(/^~(?=$|[/\\])/.test(text) ? rules.join(home, text.slice(1)) : text);
  const agent = agentDir === undefined || agentDir === "" ? rules.join(home, ".pi", "agent") : expanded(agentDir);
  return { agent, ...(sessionDir === undefined || sessionDir === "" ? {} : { set: expanded(sessionDir) }) };
}

/** Where its stores may lie, absolute. Pi's own directory is among them: its settings may name another place. */
export function piRoots(options: PiOptions): readonly string[] {
  const { agent, set } = placesOf(options);
  return set === undefined ? [agent] : [agent, set];
}
