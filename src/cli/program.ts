import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { HxError } from "../domain/errors.ts";
import { Options } from "./command.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { home } from "./commands/home.ts";
import { renderError } from "./errors.ts";
import type { ExitCode } from "./exit-codes.ts";
import { GLOBAL_OPTIONS } from "./global-options.ts";
import { commandHelp, nounHelp, programHelp } from "./help.ts";
import type { Host } from "./host.ts";
import { wantsColour } from "./io/colour.ts";
import type { ColourChoice } from "./io/colour.ts";
import { ClosedPipe, Output } from "./io/output.ts";
import { Run } from "./run.ts";

/** What a line of arguments asks for. */
interface Wanted {
  readonly spec: CommandSpec;
  readonly arguments: readonly string[];
  readonly options: Options;
}

/** How long an interrupted command may take to stop, in ms. */
const GRACE = 2000;

/**
 * Runs hx once.
 * @param argv what follows the name of the program
 * @param commands its table
 * @returns the exit code; never throws, never exits
 */
export async function runProgram(argv: readonly string[], host: Host, commands: readonly CommandSpec[] = COMMANDS): Promise<ExitCode> {
  const json = argv.includes("--json");
  const debug = argv.includes("--debug");
  const colour = colourOf(argv);
  const out = new Output(host.stdout, wantsColour(colour, host.environment, host.stdout.isTTY));
  const err = new Output(host.stderr, wantsColour(colour, host.environment, host.stderr.isTTY));
  try {
    const wanted = parse(argv, host.version, commands);
    if (typeof wanted === "string") {
      await out.write(wanted);
      return 0;
    }
    return await execute(wanted, host, out, err);
  } catch (error) {
    if (error instanceof ClosedPipe) return 0;
    const exit = await renderError(error, err, { json, debug }).catch(() => 70 as const);
    if (error instanceof Deaf) host.abandon();
    return exit;
  }
}

async function execute(wanted: Wanted, host: Host, out: Output, err: Output): Promise<ExitCode> {
  const abort = new AbortController();
  const { signal } = abort;
  const run = new Run({ host, out, err, options: wanted.options, arguments: wanted.arguments, directory: await directoryOf(wanted.options, host), signal });
  let giveUp = (): void => undefined;
  const deaf = new Promise<never>((_, reject) => (giveUp = () => reject(new Deaf())));
  deaf.catch(() => undefined);
  const stopListening = host.onInterrupt(() => {
    run.progress.done();
    if (!run.json) err.line("hx: stopping; once more ends it at once").catch(() => undefined);
    setTimeout(giveUp, GRACE).unref();
    abort.abort();
  });
  try {
    const exit = await Promise.race([wanted.spec.run(run), deaf]);
    return exit ?? 0;
  } catch (error) {
    if (signal.aborted && !(error instanceof HxError)) throw new HxError("interrupted", "interrupted", { cause: error });
    throw error;
  } finally {
    stopListening();
    await Promise.race([run.close(), deaf]).catch(() => undefined);
  }
}

/** The work did not stop in time after an interruption. */
class Deaf extends HxError {
  constructor() {
    super("interrupted", "interrupted");
  }
}

async function directoryOf(options: Options, host: Host): Promise<string> {
  const wanted = options.text("C");
  if (wanted === undefined) return host.directory;
  const directory = resolve(host.directory, wanted);
  const found = await stat(directory).catch(() => null);
  if (found?.isDirectory() !== true) throw new HxError("usage", `no such directory: '${wanted}'`);
  return directory;
}

/** @returns the text of help or version when that was asked for */
function parse(argv: readonly string[], version: string, commands: readonly CommandSpec[]): Wanted | string {
  let wanted: Wanted | undefined;
  let text = "";
  const program = build(version, commands, (text_) => (text += text_), (found) => (wanted = found));
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return text;
    // Commander's word for no command at all.
    if (error.code === "commander.help") return { spec: home, arguments: [], options: new Options(program.opts()) };
    throw usageError(error, argv, commands);
  }
  if (wanted === undefined) throw new HxError("usage", "no command", { hints: ["hx help"] });
  return wanted;
}

function build(version: string, commands: readonly CommandSpec[], print: (text: string) => void, found: (wanted: Wanted) => void): Command {
  const program = new Command("hx").version(version, "-V, --version").exitOverride();
  program.configureOutput({ writeOut: print, writeErr: () => undefined });
  program.configureHelp({ formatHelp: () => programHelp(commands) });
  program.helpCommand(false).helpOption("-h, --help").allowExcessArguments(false);
  for (const option of GLOBAL_OPTIONS) if (!option.flags.includes("--help")) program.addOption(optionOf(option));
  const nouns = new Map<string, Command>();
  for (const spec of commands) {
    const [noun = "", verb] = spec.name.split(" ");
    const parent = verb === undefined ? program : (nouns.get(noun) ?? addNoun(program, noun, nouns, commands));
    const command = addCommand(parent, verb ?? noun, spec, found);
    if (verb !== undefined) continue;
    // A command that has verbs too: what follows a verb is the verb's.
    nouns.set(noun, command.enablePositionalOptions());
  }
  return program;
}

function addNoun(program: Command, noun: string, nouns: Map<string, Command>, commands: readonly CommandSpec[]): Command {
  const command = program.command(noun).helpCommand(false).configureHelp({ formatHelp: () => nounHelp(noun, commands) });
  command.action(() => command.help());
  nouns.set(noun, command);
  return command;
}

function addCommand(parent: Command, name: string, spec: CommandSpec, found: (wanted: Wanted) => void): Command {
  const command = parent.command(name).allowExcessArguments(false);
  command.configureHelp({ formatHelp: () => commandHelp(spec) });
  for (const argument of spec.arguments ?? []) command.argument(argument.name, argument.summary);
  for (const option of spec.options ?? []) command.addOption(optionOf(option));
  command.action(() => found({ spec, arguments: command.args, options: new Options(command.optsWithGlobals()) }));
  return command.helpCommand(false);
}

function optionOf(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.summary);
  if (spec.choices !== undefined) option.choices([...spec.choices]);
  if (spec.repeatable === true) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return option;
}

/** Commander's sentence in the house's shape, its guess as a hint, and the help that says what was meant. */
function usageError(error: CommanderError, argv: readonly string[], commands: readonly CommandSpec[]): HxError {
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const guess = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(rest.join(" "))?.[1];
  const help = helpFor(argv, commands);
  return new HxError("usage", first.replace(/\.$/, ""), { hints: guess === undefined ? [help] : [`did you mean ${guess}`, help] });
}

function helpFor(argv: readonly string[], commands: readonly CommandSpec[]): string {
  const [noun = "", verb = ""] = argv.filter((word) => !word.startsWith("-"));
  const known = [`${noun} ${verb}`, noun].find((name) => commands.some((spec) => spec.name === name || spec.name.startsWith(`${name} `)));
  return known === undefined ? "hx help" : `hx help ${known}`;
}

/** Before the arguments are parsed: their own errors have a colour too. */
function colourOf(argv: readonly string[]): ColourChoice {
  const at = argv.indexOf("--color");
  const value = at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith("--color="))?.slice(8);
  return value === "always" || value === "never" ? value : "auto";
}
