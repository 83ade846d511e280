import { resolve } from "node:path";
import type { Phrase } from "../../app/identity/phrase.ts";
import { HxError } from "../../domain/errors.ts";
import type { Call, OptionSpec } from "../command.ts";
import { reservePhraseFile } from "../io/phrase-file.ts";
import type { IdentitySummary } from "../world.ts";
import { protectionOf } from "./protection-options.ts";

export const PHRASE_OPTIONS: readonly OptionSpec[] = [
  { flags: "--phrase-file <file>", summary: "Write the recovery phrase into a new file instead of showing it" },
  { flags: "--no-phrase-check", summary: "Do not check that the recovery phrase was written down" },
];

const CHECKED_WORDS = 3;

/**
 * Makes an identity, shows its recovery phrase once and checks that it was written down. What could fail for want of
 * an answer fails before anything is made.
 */
export async function newIdentity(call: Call): Promise<IdentitySummary> {
  const file = phraseFileOf(call);
  const check = file === undefined && !call.options.refused("phraseCheck");
  if (check && !call.answers.possible) throw new HxError("answer-needed", "nobody to show the recovery phrase to", { hints: ["write it into a file with --phrase-file <file>", "or print it unchecked with --no-phrase-check"] });
  if (call.json && file === undefined && !call.answers.possible) throw new HxError("answer-needed", "the recovery phrase has no place in JSON", { hints: ["write it into a file with --phrase-file <file>"] });
  const protection = await protectionOf(call, () => call.passphrases.fresh());
  const world = await call.world();
  const reserved = file === undefined ? undefined : await reservePhraseFile(file);
  const { phrase, summary } = await world.identity.create(protection).catch(async (error: unknown) => {
    await reserved?.giveUp();
    throw error;
  });
  if (reserved !== undefined) await reserved.fill(phrase.words());
  else await show(call, phrase);
  if (check) await ask(call, phrase);
  return summary;
}

function phraseFileOf(call: Call): string | undefined {
  const named = call.options.text("phraseFile");
  return named === undefined ? undefined : resolve(call.host.directory, named);
}

async function show(call: Call, phrase: Phrase): Promise<void> {
  const { phraseView } = await import("../views/identity.ts");
  const text = `\nYour recovery phrase. It is shown this once and kept nowhere: write it down.\nWhoever has it is you; without it and without a device of yours, your sessions stay closed for ever.\n\n${phraseView(phrase.words())}\n`;
  if (!(await call.answers.tell(text))) await call.out.write(`${phrase.words().join(" ")}\n`);
}

async function ask(call: Call, phrase: Phrase): Promise<void> {
  const { randomBytes } = await import("node:crypto");
  for (const position of phrase.positions(CHECKED_WORDS, (length) => randomBytes(length))) {
    while (!phrase.holds(position, await call.answers.text(`word ${position}`, "--no-phrase-check"))) {
      await call.answers.tell(`that is not word ${position}, look again\n`);
    }
  }
}
