import { COMMANDS } from "./commands.ts";
import { ENVIRONMENT } from "./environment.ts";
import { ERROR_EXITS, EXITS } from "./exit-codes.ts";
import { commandHelp, programHelp } from "./help.ts";

const NOTICE = "<!-- Made from the program by test/cli/reference.test.ts: vitest -u writes it anew. -->\n";

/** docs/reference/cli.md */
export function cliReference(): string {
  const commands = COMMANDS.map((spec) => `## hx ${spec.name}\n\n${fenced(commandHelp(spec))}`);
  return `# Commands\n\n${NOTICE}\n${fenced(programHelp(COMMANDS))}\n${commands.join("\n")}`;
}

/** docs/reference/exit-codes.md */
export function exitCodeReference(): string {
  const rows = Object.entries(EXITS).map(([exit, meaning]) => {
    const codes = ERROR_EXITS.filter(([, found]) => found === Number(exit)).map(([code]) => `[\`${code}\`](errors.md#${code})`);
    return `| ${exit} | ${meaning} | ${codes.join(", ")} |\n`;
  });
  return `# Exit codes\n\n${NOTICE}\nThe table is the same for every command. Take any code that is not here for a failure.\n\n| exit | meaning | error codes |\n|---|---|---|\n${rows.join("")}`;
}

/** docs/reference/environment.md */
export function environmentReference(): string {
  const rows = ENVIRONMENT.map(([name, meaning]) => `| \`${name}\` | ${meaning} |\n`);
  return `# Environment\n\n${NOTICE}\nFlags go before variables, variables before \`git config hx.*\`. A passphrase is never read from the value of a flag or variable: only\nfrom the terminal, a file, a command or a descriptor. The two variables for passphrases name a file or a command; they are there for CI.\n\n| variable | meaning |\n|---|---|\n${rows.join("")}`;
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
}
