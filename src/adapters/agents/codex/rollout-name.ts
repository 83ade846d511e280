/** What the name of a rollout file says. */
export interface RolloutName {
  /** The thread: the session's id. */
  readonly id: string;
  /** Without `.zst`. */
  readonly name: string;
  readonly compressed: boolean;
  /** Where the live store keeps it: its date is in its name. */
  readonly path: string;
}

const UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
const NAME = new RegExp(`^(rollout-(\\d{4})-(\\d\\d)-(\\d\\d)T\\d\\d-\\d\\d-\\d\\d-(${UUID})(?:_${UUID})?\\.jsonl)(\\.zst)?$`);
const ID = new RegExp(`^${UUID}$`);

export function isThreadId(text: string): boolean {
  return ID.test(text);
}

/** Source of the form: docs/agents/codex.md. */
export function rolloutName(file: string): RolloutName | undefined {
  const match = NAME.exec(file);
  if (match === null) return undefined;
  const [, name, year, month, day, id, zst] = match;
  if (name === undefined || id === undefined) return undefined;
  return { id: id.toLowerCase(), name, compressed: zst !== undefined, path: `sessions/${year}/${month}/${day}/${name}` };
}

/** The time in a UUID of version 7, ms since 1970; undefined for another version. */
export function timeOfId(id: string): number | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7/i.test(id)) return undefined;
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
