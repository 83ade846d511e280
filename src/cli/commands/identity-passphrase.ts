import type { CommandSpec } from "../command.ts";
import { PROTECTION_OPTIONS, protectionOf } from "./protection-options.ts";

export const command: CommandSpec = {
  name: "identity passphrase",
  group: "Care",
  summary: "Change the passphrase, or how the keys are locked",
  details: ["The old passphrase is asked for even while the keys are unlocked."],
  options: [
    { flags: "--new-passphrase-file <file>", summary: "Read the new passphrase from the first line of a file" },
    { flags: "--new-passphrase-command <command>", summary: "Read the new passphrase from the output of a command" },
    { flags: "--new-passphrase-fd <n>", summary: "Read the new passphrase from a file descriptor" },
    ...PROTECTION_OPTIONS,
  ],
  examples: ["hx identity passphrase", "hx identity passphrase --passphrase-file old --new-passphrase-file new"],
  exits: [1, 4, 12, 130],
  async run(call) {
    const world = await call.world();
    await world.identity.changePassphrase(() => protectionOf(call, () => call.passphrases.changed()));
    await call.err.line("hx: the keys are locked anew");
  },
};
