/** The adapter's own name, and what stands before the name that a tool gave itself. */
export const DOOR = "door";

/** The name under which sessions of a tool are kept: no tool can pass for an agent that hx reads itself. */
export function agentName(tool: string): string {
  return `${DOOR}:${tool}`;
}
