import { ENVIRONMENT } from "./environment.ts";
import { EXITS } from "./exit-codes.ts";
import { SCHEMAS } from "./json/schemas.ts";

/** What `hx help <topic>` prints. */
export const TOPICS: ReadonlyMap<string, () => string> = new Map([
  ["exit-codes", exitCodes],
  ["environment", environment],
  ["json", json],
  ["security", security],
  ["hooks", hooks],
]);

function exitCodes(): string {
  return `EXIT CODES\n${table(Object.entries(EXITS))}\nAny other code is a failure too.\n`;
}

function environment(): string {
  return `ENVIRONMENT\n${table(ENVIRONMENT)}\nA passphrase is never read from a flag's or a variable's value.\n`;
}

function json(): string {
  return `JSON
  Every read command has --json. The first key, schema, names what it is; fields are
  only ever added, so ignore what you do not know. Times are RFC 3339 in UTC. What is
  not known is absent. A failure is one JSON object on stderr:
    {"type":"error","code":"…","exit":1,"message":"…","hints":["…"]}

SCHEMAS
${Object.values(SCHEMAS).map((name) => `  ${name}\n`).join("")}`;
}

function security(): string {
  return `SECURITY
  Sessions are encrypted on this machine, to your key, before git sees them. A clone
  without keys shows how many lanes, pushes and sessions there are, their padded sizes
  and their days; not their content, titles, agents, names, paths or hours.
  Whoever holds this machine and your passphrase, or your recovery phrase, is you.
  What was pushed is published for ever: a key that leaks opens it, and nothing that is
  withdrawn later takes bytes back from a clone.
  Nothing on a host stops a deletion or a forced update of the refs: hx finds out
  (hx verify), it cannot prevent it.
  docs/threat-model.md says what an adversary could do, line by line.
`;
}

function hooks(): string {
  return `HOOKS
  Git's hooks and those of the agents capture in the background: no prompt, no output,
  and they never fail a commit or an agent. HX_SKIP=1 switches them off for one command.
  With git 2.54 or newer they stand in git's configuration, else in the directory
  that git really uses, beside what is there already; core.hooksPath is never set.
  hx hooks status   what is installed, and where
  hx hooks remove   undoes hx hooks install
  hx doctor         fires one, to see that it works
`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}
