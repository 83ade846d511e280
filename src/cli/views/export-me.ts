import { jsonText, visibleLine } from "../io/control-characters.ts";
import { logJson } from "../json/log.ts";
import { meJson } from "../json/rights.ts";
import { showJson } from "../json/sessions.ts";
import type { ExportedMe, MeTexts, MySession } from "../world-export-me.ts";
import { markdownView } from "./markdown.ts";
import { counted, rfc3339 } from "./words.ts";

/** The files of `export --me` that are not an agent's own. */
export const ME_TEXTS: MeTexts = {
  session: (shown) => new Map([["session.json", `${jsonText(showJson(shown))}\n`], ["session.md", [...markdownView(shown)].join("")]]),
  whole: (me) =>
    new Map([
      ["log.ndjson", me.log.map((row) => `${jsonText(logJson(row))}\n`).join("")],
      ["log-given.ndjson", me.given.map((row) => `${jsonText(logJson(row))}\n`).join("")],
      ["statements.ndjson", me.statements.map((statement) => `${jsonText(statement)}\n`).join("")],
      ["index.json", `${jsonText(meJson(me))}\n`],
      ["index.md", [...indexOf(me)].join("")],
    ]),
};

function* indexOf({ made, repo, workspace, known, me, lanes, sessions, closed, received, policies, log, given, statements, logWarnings }: ExportedMe): Generator<string> {
  yield `# What this repository holds about ${plain(me.name ?? me.id)}\n\n`;
  yield "Everything that the ledger of **one repository** holds about you, decrypted. Other repositories have ledgers of their own: export there too. ";
  yield "Whoever reads this folder reads your sessions. No secret key is in it.\n\n";
  yield `- made: ${rfc3339(made)}\n- repository: ${coded(repo)}\n- workspace: ${coded(workspace)}, up to statement ${known.statement}\n`;
  yield known.asked ? `- age: ${coded(known.remote)} was asked\n` : `- age: from what was here; ${coded(known.remote)} was not reached${known.verified === undefined ? "" : `. A lane was verified last at ${rfc3339(known.verified)}`}\n`;
  yield "\n`index.json` says the same for programs (`hx.export-me/1`).\n";

  yield "\n## Your entry in the workspace\n\n";
  yield `- person: ${coded(me.id)}, ${plain(me.name ?? "no name that opens here")}${me.email === undefined ? "" : `, ${plain(me.email)}`}, ${me.state}${me.administrator ? ", administrator" : ""}, since statement ${me.since}\n`;
  if (me.fingerprint !== undefined) yield `- fingerprint: ${plain(me.fingerprint)}\n`;
  for (const { id, state, since, fingerprint } of me.devices) yield `- device: ${coded(id)}, ${state}, since statement ${since}, fingerprint ${plain(fingerprint)}\n`;
  for (const { epoch, fingerprint } of me.keys) yield `- person key, epoch ${epoch}: fingerprint ${plain(fingerprint)}\n`;
  for (const { id, name, part } of me.teams) yield `- team: ${plain(name ?? id)}, ${plain(part)}\n`;
  if (me.succession !== undefined) yield `- succession: after a departure team ${plain(me.succession.name ?? me.succession.id)} may open and approve what is yours\n`;
  for (const lane of lanes) yield `- lane: ${coded(lane)}\n`;

  yield "\n## Your sessions\n\nBelow `sessions/<id>`: `files/`, what the agent wrote, byte for byte; `session.json`; `session.md`.\n\n";
  for (const session of sessions) yield sessionLine(session);
  if (sessions.length === 0) yield "None.\n";

  yield "\n## What could not be opened\n\n";
  for (const { session, code, why } of closed) yield `- ${session === undefined ? "" : `${coded(session)}: `}${plain(why)} (${coded(code)})\n`;
  if (closed.length === 0) yield "Nothing.\n";

  yield "\n## Who did what with it\n\n";
  yield `- \`log.ndjson\`: your access log, ${counted(log.length, "line")}, as \`hx log --json\` gives it\n`;
  yield `- \`log-given.ndjson\`: what you accessed and were given, ${counted(given.length, "line")}\n`;
  yield `- \`statements.ndjson\`: requests, withdrawals, denials, approvals, revocations and accesses that you made, that were made to you, or that are about something of yours: ${statements.length}\n`;
  for (const warning of logWarnings) yield `- ${plain(warning)}\n`;

  yield "\n## What others gave you\n\nListed, not copied: it is theirs. So this export is no access, and stands in nobody's log. `hx show` opens it, with an entry.\n\n";
  for (const { approval, author, team, state, at, sessions: ids } of received) yield `- ${plain(approval)}, ${state}, by ${plain(author)} to ${plain(team)}, ${rfc3339Or(at)}: ${ids.map((id) => `${coded(id)}`).join(", ")}\n`;
  if (received.length === 0) yield "Nothing.\n";

  yield "\n## Versions of the policy\n\n";
  for (const { version, effective, shown, files } of policies) yield `- version ${version}, in force from ${rfc3339Or(effective).slice(0, 10)}, ${shown === undefined ? "not shown to you so far" : `shown to you ${rfc3339Or(shown)}`}: ${files.map((path) => `${coded(path)}`).join(", ")}\n`;
  if (policies.length === 0) yield "The workspace has none.\n";

  yield "\n## What is not in here\n\n- what hx keeps on your machines beside the ledger: keys, work files, trust state (docs/spec/local.md says what lies there)\n- the agents' own files that were never captured\n- sessions of others in which you are merely mentioned: nothing tells that you are\n";
}

function sessionLine({ id, copy, source, agent, title, first, last, omitted }: MySession): string {
  const when = [first, last].filter((time) => time !== undefined).map((time) => rfc3339Or(time)).join(" to ");
  const what = copy ? `, a redacted copy${source === undefined ? "" : ` of ${coded(source)}`}` : "";
  const left = omitted === 0 ? "" : `, ${omitted} bytes left out at capture`;
  return `- [${coded(id)}](sessions/${visibleLine(id)}/) ${plain(agent)}${what}${when === "" ? "" : `, ${when}`}${left}: ${plain(title ?? "no title")}\n`;
}

/** Foreign text as code, which it cannot end. */
function coded(text: string): string {
  return `\`${visibleLine(text).replaceAll("`", "'")}\``;
}

/** Foreign text in one line of Markdown: it begins nothing of its own. */
function plain(text: string): string {
  return visibleLine(text).replace(/[\\`*_[\]<>#|]/g, "\\$&");
}

/** Whoever signs a statement can claim any number of milliseconds. */
function rfc3339Or(then: number): string {
  const date = new Date(then);
  return Number.isNaN(date.getTime()) ? `${then} ms` : date.toISOString();
}
