import type { OptionSpec } from "./command.ts";

/** Accepted before and after every command. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: "-C <dir>", summary: "Run as if started in this directory" },
  { flags: "--json", summary: "Print JSON; an error is one JSON object on stderr" },
  { flags: "--color <when>", summary: "Colour", choices: ["auto", "always", "never"] },
  { flags: "--no-input", summary: "Never ask; fail when an answer is missing" },
  { flags: "-y, --yes", summary: "Agree to what would be asked" },
  { flags: "--passphrase-file <file>", summary: "Read the passphrase from the first line of a file" },
  { flags: "--passphrase-command <command>", summary: "Read the passphrase from the output of a command" },
  { flags: "--passphrase-fd <n>", summary: "Read the passphrase from a file descriptor" },
  { flags: "--debug", summary: "Print the stack of a failure" },
  { flags: "-h, --help", summary: "Print help" },
];
