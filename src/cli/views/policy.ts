import { shownText } from "../../domain/policy/text.ts";
import { visible, visibleLine } from "../io/control-characters.ts";
import type { PolicyBrief, PolicyCheck, PolicyDiff, PolicyHistory, PolicyPoint, PolicyRow, Recorded, ShownPolicy } from "../world-policy.ts";
import { nameOf } from "./teams.ts";
import { counted } from "./words.ts";
import type { Style } from "./words.ts";

const STANDING: Readonly<Record<PolicyRow["standing"], string>> = { "in force": "in force", coming: "coming", past: "past", replaced: "replaced before its day" };

export function publishedView(row: PolicyRow): string {
  return `version ${row.version} of the policy is published, and in force from ${visibleLine(row.effective)} on\nhx policy show ${row.version} shows it in every clone, from its next sync on\n`;
}

export function languagesOf({ documents }: ShownPolicy): readonly string[] {
  return [...new Set(documents.map(({ name }) => name.split(".")[1] ?? ""))].sort();
}

/** @param languages all in which it is there */
export function policyView(shown: ShownPolicy, languages: readonly string[], style: Style): string {
  const head = `${style.bold(`version ${shown.version}`)}, ${STANDING[shown.standing]}: ${daysOf(shown)}, by ${nameOf(shown.by)}; in ${visibleLine(languages.join(", "))}\n`;
  const inOrder = shown.documents.toSorted((a, b) => Number(b.name.startsWith("policy.")) - Number(a.name.startsWith("policy.")));
  return head + inOrder.map(({ name, text }) => (text === undefined ? `\n${style.yellow("missing")}: the text '${visibleLine(name)}' is not in this copy of the workspace chain\n` : `\n${visible(shownText(text))}`)).join("");
}

export function recordedView(version: number, recorded: Recorded): string {
  if (recorded === "recorded") return `recorded that version ${version} was shown to you\n`;
  return recorded === "locked" ? `not recorded that version ${version} was shown to you, as your keys are locked: hx identity unlock && hx policy show\n` : "";
}

/** For a plan: what applies here before anything is captured. */
export function briefView({ version, effective, title, terms }: PolicyBrief, style: Style): string {
  const head = `${style.bold("policy")}  version ${version}, in force since ${visibleLine(effective)}: ${visibleLine(title)}\n`;
  return `${head}${terms.map(({ term, words }) => `  ${visibleLine(term)}: ${visibleLine(words)}\n`).join("")}  read it whole: hx policy show ${version}\n`;
}

/** The days of a version are the word of who published it: where it came in on another day, that is said. */
function daysOf({ published, effective, entered }: PolicyRow): string {
  return visibleLine(`published ${published}, effective ${effective}${entered === published ? "" : `, here since ${entered}`}`);
}

export function historyTable({ versions, head }: PolicyHistory, style: Style): string {
  if (versions.length === 0) return "no policy was published in this workspace\n";
  const lines = versions.map((row) => `${style.bold(`version ${row.version}`)}  ${STANDING[row.standing].padEnd(10)}  ${daysOf(row)}  ${nameOf(row.by)}\n`);
  return `${lines.join("")}${style.dim(`as of statement ${head}`)}\n`;
}

export function historyLines({ versions }: PolicyHistory): string {
  return versions.map((row) => `${[row.version, row.standing, row.published, row.effective, row.entered, row.statement, row.by.name ?? row.by.id].map((cell) => visibleLine(String(cell))).join("\t")}\n`).join("");
}

export function diffView({ from, to, terms, texts, missing }: PolicyDiff, style: Style): string {
  const head = `${pointView(from)} → ${pointView(to)}\n`;
  if (terms.length === 0 && texts.length === 0 && missing.length === 0) return `${head}nothing changed\n`;
  const changes = terms.map(({ term, from: before, to: after }) => `  ${term}: ${visibleLine(before)} → ${visibleLine(after)}\n`);
  const files = texts.map(({ name, change, lines }) => {
    const shown = lines.map(({ side, text }) => (side === "from" ? style.red(`- ${visibleLine(text)}`) : style.green(`+ ${visibleLine(text)}`)));
    return `\n${style.bold(`${visibleLine(name)}, ${change}`)}\n${shown.map((line) => `${line}\n`).join("")}`;
  });
  const absent = missing.map((name) => `\n${style.yellow("missing")}: '${visibleLine(name)}' is not in this copy of the workspace chain, and was not compared\n`);
  return `${head}${changes.length === 0 ? "" : `${style.bold("terms")}\n${changes.join("")}`}${files.join("")}${absent.join("")}`;
}

function pointView(point: PolicyPoint): string {
  return point === "draft" ? "'.hx/policy'" : visibleLine(`version ${point}`);
}

const HELD = { keys: "enforced by keys", clients: "enforced by clients", promise: "promise only" } as const;
const WORDING = { template: "", own: ", in your own words: hx knows what it holds, not what they say", absent: ", not in these texts" } as const;

export function checkView({ of, problems, clauses, here, missing }: PolicyCheck, style: Style): string {
  const lines = clauses.map(({ id, enforcement, wording, tests }) => {
    const line = `${visibleLine(id).padEnd(26)}${enforcement === "promise" ? style.yellow(HELD[enforcement]) : HELD[enforcement]}${WORDING[wording]}\n`;
    return `${line}${tests.map((test) => style.dim(`  ${visibleLine(test)}\n`)).join("")}`;
  });
  const count = (held: keyof typeof HELD): number => clauses.filter(({ enforcement, wording }) => enforcement === held && wording !== "absent").length;
  const sum = `${counted(count("keys"), "clause")} enforced by keys, ${count("clients")} by clients, ${count("promise")} promise only\n`;
  const wrong = problems.map(({ document, message }) => `${style.red("problem")}: '${visibleLine(document)}' ${visibleLine(message)}\n`);
  const absent = missing.map((name) => `${style.yellow("missing")}: '${visibleLine(name)}' is not in this copy of the workspace chain\n`);
  const ignored = (here?.ignored ?? []).map((term) => `${style.yellow("ignored")}: '${term}' of '.hx/connection.yaml' is looser than the policy, and counts for nothing\n`);
  const verdict = problems.length > 0 ? "it cannot be published like this\n" : missing.length > 0 ? "not all of it could be checked\n" : "the texts state what the terms say\n";
  return `${style.bold(pointView(of))}\n${lines.join("")}${sum}${wrong.join("")}${absent.join("")}${ignored.join("")}${verdict}`;
}
