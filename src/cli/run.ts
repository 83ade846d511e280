import { HxError } from "../domain/errors.ts";
import { passphraseBytes } from "../app/identity/passphrase.ts";
import type { Call, Options, Passphrases } from "./command.ts";
import type { Host } from "./host.ts";
import { TerminalAnswers } from "./io/answers.ts";
import type { Answers } from "./io/answers.ts";
import type { Output } from "./io/output.ts";
import { page, pagerCommand } from "./io/pager.ts";
import { PassphraseReader } from "./io/passphrase.ts";
import type { PassphraseOrigin } from "./io/passphrase.ts";
import { TerminalProgress } from "./io/progress.ts";
import type { Progress, World } from "./world.ts";

interface RunFields {
  readonly host: Host;
  readonly out: Output;
  readonly err: Output;
  readonly options: Options;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** What one run of a command holds: made at once, costly things at their first use. */
export class Run implements Call {
  readonly host: Host;
  readonly out: Output;
  readonly err: Output;
  readonly options: Options;
  readonly arguments: readonly string[];
  readonly directory: string;
  readonly json: boolean;
  readonly yes: boolean;
  readonly answers: Answers;
  readonly progress: Progress;
  readonly passphrases: Passphrases;
  readonly #signal: AbortSignal;
  readonly #passphrase: PassphraseReader;
  #world: Promise<World> | undefined;

  constructor(fields: RunFields) {
    const { host, options } = fields;
    const plain = isSet(host.environment["ACCESSIBLE"]);
    const silent = options.refused("input") || isSet(host.environment["HX_NO_INPUT"]);
    this.host = host;
    this.out = fields.out;
    this.err = fields.err;
    this.options = options;
    this.arguments = fields.arguments;
    this.directory = fields.directory;
    this.#signal = fields.signal;
    this.json = options.flag("json");
    this.yes = options.flag("yes");
    this.progress = new TerminalProgress(this.err, { silent: this.json, plain });
    const still = (): void => this.progress.done();
    this.out.beforeWrite(still);
    this.err.beforeWrite(still);
    this.answers = new TerminalAnswers({ yes: this.yes, open: () => (silent ? null : host.openTerminal(plain)), before: still });
    this.#passphrase = this.#reader(originOf(options, "passphrase", host.environment));
    this.passphrases = {
      fresh: () => fresh(this.#passphrase, "passphrase"),
      changed: () => fresh(this.#reader(originOf(options, "newPassphrase", {})), "new-passphrase"),
    };
  }

  world(): Promise<World> {
    return (this.#world ??= this.host.openWorld({
      directory: this.directory,
      passphrase: this.#passphrase,
      progress: this.progress,
      signal: this.#signal,
    }));
  }

  async page(print: (out: Output) => Promise<void>): Promise<void> {
    if (!this.out.isTTY || this.json) return print(this.out);
    const world = await this.world();
    const command = pagerCommand(this.host.environment, await world.gitConfig("core.pager"));
    return command === null ? print(this.out) : page(this.out, command, this.host.environment, print);
  }

  async close(): Promise<void> {
    this.progress.done();
    this.answers.close();
    const world = await this.#world?.catch(() => undefined);
    await world?.close();
  }

  #reader(origin: PassphraseOrigin): PassphraseReader {
    return new PassphraseReader(origin, this.answers, (text) => this.progress.warn(text));
  }
}

async function fresh(reader: PassphraseReader, flag: string): Promise<Uint8Array> {
  const text = await reader.ask("new passphrase", { confirm: true });
  if (text !== null) return passphraseBytes(text);
  throw new HxError("answer-needed", "nobody to ask for a passphrase", {
    hints: [`answer it with --${flag}-file <file>, --${flag}-command <command> or --${flag}-fd <n>`],
  });
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0";
}

/** At most one origin; flags go before HX_PASSPHRASE_FILE and HX_PASSPHRASE_COMMAND. @throws HxError `usage` */
function originOf(options: Options, stem: string, environment: Host["environment"]): PassphraseOrigin {
  const fd = options.number(`${stem}Fd`, 0, 1023);
  const file = options.text(`${stem}File`);
  const command = options.text(`${stem}Command`);
  const given = [fd, file, command].filter((value) => value !== undefined).length;
  if (given > 1) throw new HxError("usage", "more than one source of the passphrase");
  if (fd !== undefined) return { fd };
  if (file !== undefined) return { file };
  if (command !== undefined) return { command };
  const [namedFile, namedCommand] = [environment["HX_PASSPHRASE_FILE"], environment["HX_PASSPHRASE_COMMAND"]];
  if (namedFile) return { file: namedFile };
  return namedCommand ? { command: namedCommand } : {};
}
