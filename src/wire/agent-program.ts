/** What a person types to start an agent, where that is not its name. */
const PROGRAMS: Readonly<Record<string, string>> = { "claude-code": "claude" };

export function agentProgram(agent: string): string {
  return PROGRAMS[agent] ?? agent;
}
