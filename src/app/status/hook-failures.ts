/** One line of the log that hooks keep: `<time> <hook> <code>`. */
export interface LoggedFailure {
  /** ms since 1970. */
  readonly at: number;
  readonly hook: string;
  readonly code: string;
}

/** The newest failure of a hook of a kind in the log after a time (ms since 1970), or null. Lines that are not whole are passed over. */
export function newestFailure(log: string, hooks: readonly string[], after: number): LoggedFailure | null {
  for (const line of log.split("\n").reverse()) {
    const [, time, hook, code] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (\S+) (\S+)$/.exec(line) ?? [];
    if (time === undefined || hook === undefined || code === undefined || !hooks.includes(hook)) continue;
    const at = Date.parse(time);
    return at > after ? { at, hook, code } : null;
  }
  return null;
}
