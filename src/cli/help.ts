import { GROUPS } from "./command.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";
import { EXITS } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";

const ALWAYS: readonly ExitCode[] = [0, 2, 70];

/** Help of the whole program: what there is, by group. */
export function programHelp(specs: readonly CommandSpec[]): string {
  return sections([
    ["", ["hx keeps the sessions of coding agents beside the code, encrypted, in git"]],
    ["USAGE", ["hx <command> [flags]"]],
    ...GROUPS.map((group): Section => [group.toUpperCase(), rows(topLevel(specs, group))]),
    ["FLAGS", optionRows([...GLOBAL_OPTIONS, { flags: "-V, --version", summary: "Print the version" }])],
    ["EXAMPLES", ["hx init", "hx capture && hx sync", "hx list", "hx show 7f3a91c2"]],
    ["LEARN MORE", ["hx <command> --help", "hx help {exit-codes | environment | json | security | hooks}"]],
  ]);
}

/** Help of a noun that has verbs, such as `identity`. */
export function nounHelp(noun: string, specs: readonly CommandSpec[]): string {
  const verbs = specs.filter((spec) => spec.name.startsWith(`${noun} `));
  return sections([
    ["USAGE", [`hx ${noun} <command> [flags]`]],
    ["COMMANDS", rows(verbs.map((spec) => [spec.name, spec.summary]))],
    ["EXAMPLES", verbs.flatMap((spec) => spec.examples.slice(0, 1))],
    ["LEARN MORE", [`hx ${noun} <command> --help`]],
  ]);
}

/** Help of one command. */
export function commandHelp(spec: CommandSpec): string {
  const exits = [...new Set([...ALWAYS, ...spec.exits])].sort((a, b) => a - b);
  return sections([
    ["", [spec.summary, ...(spec.details ?? [])]],
    ["USAGE", [usageOf(spec)]],
    ["ARGUMENTS", rows((spec.arguments ?? []).map((argument) => [argument.name, argument.summary]))],
    ["FLAGS", optionRows(spec.options ?? [])],
    ["GLOBAL FLAGS", optionRows(GLOBAL_OPTIONS)],
    ["EXAMPLES", spec.examples],
    ["JSON", spec.schema === undefined ? [] : [`--json gives ${spec.schema}: hx help json`]],
    ["EXIT CODES", rows(exits.map((exit) => [String(exit), EXITS[exit]]))],
  ]);
}

export function usageOf(spec: CommandSpec): string {
  const places = (spec.arguments ?? []).map((argument) => ` ${argument.name}`).join("");
  return `hx ${spec.name}${places} [flags]`;
}

/** What `hx` alone says outside a connected repository. */
export const START_HELP = `hx keeps the sessions of coding agents beside the code, encrypted, in git.
  hx init            connect this repository
  hx demo            see it work in a temporary directory
  hx identity restore    on a new machine, from the recovery phrase
  hx doctor          find out what is wrong
  hx help            all commands
`;

type Section = readonly [title: string, lines: readonly string[]];
type Row = readonly [left: string, right: string];

function topLevel(specs: readonly CommandSpec[], group: (typeof GROUPS)[number]): readonly Row[] {
  const found = new Map<string, string>();
  for (const spec of specs.filter((candidate) => candidate.group === group)) {
    const [noun = "", verb] = spec.name.split(" ");
    if (verb === undefined) found.set(noun, spec.summary);
    else if (specs.some(({ name }) => name === noun)) continue;
    else found.set(noun, found.has(noun) ? `${found.get(noun)}, ${verb}` : verb);
  }
  return [...found];
}

function optionRows(options: readonly OptionSpec[]): readonly string[] {
  return rows(options.map((option) => [option.flags, summaryOf(option)]));
}

function summaryOf(option: OptionSpec): string {
  const choices = option.choices === undefined ? "" : ` {${option.choices.join(" | ")}}`;
  return `${option.summary}${choices}${option.repeatable === true ? " (can be repeated)" : ""}`;
}

function rows(pairs: readonly Row[]): readonly string[] {
  const width = Math.max(0, ...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

function sections(all: readonly Section[]): string {
  const shown = all.filter(([, lines]) => lines.length > 0);
  return shown.map(([title, lines]) => (title === "" ? block(lines, "") : `${title}\n${block(lines, "  ")}`)).join("\n");
}

function block(lines: readonly string[], indent: string): string {
  return lines.map((line) => `${indent}${line}\n`).join("");
}
