/** The adapter that reads sessions of an agent: what stands before the colon of `door:goose`, and else the agent itself. */
export function adapterOf(agent: string): string {
  return agent.split(":", 1)[0] ?? agent;
}
