import { fail, ok, type Finding } from "./check.ts";

/** Configuration of a remote, key and value, as `git config --get-regexp '^remote\.'` gives them. */
export type RemoteSetting = readonly [key: string, value: string];

const SESSIONS = "refs/sessions/";

/**
 * Nothing configured may move refs below `refs/sessions/`: with a fetch refspec `git fetch --prune` deletes sessions that are
 * not pushed yet, and a mirror push deletes those of all the others at the remote.
 */
export function refspecFinding(settings: readonly RemoteSetting[]): Finding {
  const excluded = new Set(settings.filter(([key, value]) => key.endsWith(".fetch") && value.startsWith("^") && touches(value.slice(1))).map(([key]) => key));
  for (const [key, value] of settings) {
    const [, remote = "", name = ""] = /^remote\.(.*)\.([a-z]+)$/i.exec(key) ?? [];
    const which = name.toLowerCase();
    const off = `git config --fixed-value --unset ${quoted(key)} ${quoted(value)}`;
    if (which === "fetch" && !value.startsWith("^") && touches(value) && !excluded.has(key)) {
      return fail(`'${value}' of remote '${remote}' fetches sessions: 'git fetch --prune' would delete those that are not pushed yet`, off);
    }
    if (which === "push" && touches(value)) return fail(`'${value}' of remote '${remote}' pushes refs of sessions in the place of hx`, off);
    if (which === "mirror" && /^(true|yes|on|1)$/i.test(value)) return fail(`remote '${remote}' is a mirror: 'git push' would delete everybody else's sessions there`, `git config --unset ${quoted(key)}`);
  }
  return ok("no configured refspec touches refs/sessions/");
}

/** Whether the source side of a refspec can match a ref below `refs/sessions/`. */
function touches(refspec: string): boolean {
  const source = refspec.replace(/^\+/, "").split(":")[0] ?? "";
  const star = source.indexOf("*");
  if (star < 0) return source.startsWith(SESSIONS);
  const before = source.slice(0, star);
  return before.startsWith(SESSIONS) || (SESSIONS.startsWith(before) && before.startsWith("refs/"));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
