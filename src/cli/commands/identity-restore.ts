import { resolve } from "node:path";
import { Phrase } from "../../app/identity/phrase.ts";
import type { Call, CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { readPhraseFile } from "../io/phrase-file.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { PROTECTION_OPTIONS, protectionOf } from "./protection-options.ts";

export const command: CommandSpec = {
  name: "identity restore",
  group: "Care",
  summary: "Become yourself on a new device, from the recovery phrase and a clone",
  details: ["Run it in a clone of a connected repository: the workspace in it knows your card."],
  options: [
    { flags: "--phrase-file <file>", summary: "Read the recovery phrase from a file, `-` for standard input" },
    { flags: "--remote <remote>", summary: "The remote that holds the workspace" },
    ...PROTECTION_OPTIONS,
  ],
  examples: ["hx identity restore", "hx identity restore --phrase-file - < phrase"],
  exits: [1, 10, 12, 13, 130],
  schema: SCHEMAS.identity,
  async run(call) {
    const phrase = await Phrase.parse(await phraseText(call));
    const protection = await protectionOf(call, () => call.passphrases.fresh());
    const world = await call.world();
    const report = await world.identity.recover(phrase, protection, present({ remote: call.options.text("remote") }));
    const [{ identityJson }, { identityView }] = await Promise.all([import("../json/identity.ts"), import("../views/identity.ts")]);
    const { workspaces, sessions, announced } = report;
    if (call.json) return call.out.json({ ...identityJson(report.summary), workspaces, sessions, announced });
    await call.out.write(identityView(report.summary));
    await call.err.line(`hx: ${sessions} sessions of yours are within reach`);
    if (!announced) await call.err.line("hx: the workspace learns of this device at the next push:  hx sync");
  },
};

async function phraseText(call: Call): Promise<string> {
  const file = call.options.text("phraseFile");
  if (file === undefined) return call.answers.secret("recovery phrase (24 words)", "--phrase-file <file>");
  return file === "-" ? call.host.readStdin() : readPhraseFile(resolve(call.host.directory, file));
}
