import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

const MOST_DAYS = 366;

export const command: CommandSpec = {
  name: "device issue",
  group: "Care",
  summary: "Make the secret with which one throwaway machine keeps sessions as yours",
  details: [
    "The machine gets it as HX_CAPTURE_KEY, or in a file that HX_CAPTURE_KEY_FILE names, and needs no identity. It opens nothing: whoever",
    "has it can only write sessions as yours, in this repository, until it expires or somebody is removed from the workspace.",
    "One machine at a time: two that write at once fork its lane, and everybody sees it.",
  ],
  options: [
    { flags: "--capture-only", summary: "The only kind there is; says that you mean it" },
    { flags: "--expires <days>", summary: "Days from today, such as 30d" },
    { flags: "--out <file>", summary: "Write it into a new file that only you can read" },
  ],
  examples: ["hx device issue --capture-only --expires 30d --out capture.key"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.issue,
  async run(call) {
    if (!call.options.flag("captureOnly")) throw new HxError("usage", "say which kind of key", { hints: ["hx device issue --capture-only --expires 30d"] });
    const days = daysOf(call.options.text("expires"));
    const out = call.options.text("out");
    if (call.json && out === undefined) throw new HxError("answer-needed", "a secret has no place in JSON", { hints: ["write it into a file with --out <file>"] });
    const { people } = await call.world();
    const { secret, ...issued } = await people.issueCaptureKey(days);
    call.progress.done();
    if (out !== undefined) await save(resolve(call.directory, out), secret);
    const [{ issuedJson }, { issuedView }] = await Promise.all([import("../json/people.ts"), import("../views/people.ts")]);
    if (call.json) return call.out.json(issuedJson(issued, out));
    if (out === undefined) await call.out.line(secret);
    await call.err.write(issuedView(issued, out));
  },
};

function daysOf(text: string | undefined): number {
  const hints = ["hx device issue --capture-only --expires 30d"];
  if (text === undefined) throw new HxError("answer-needed", "when the key expires", { hints: ["answer it with --expires <days>"] });
  const days = Number(/^(\d{1,3})d$/.exec(text)?.[1] ?? Number.NaN);
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw new HxError("usage", `'--expires ${text}' is not a number of days from 1d to ${MOST_DAYS}d`, { hints });
}

async function save(file: string, secret: string): Promise<void> {
  try {
    await writeFile(file, `${secret}\n`, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    throw new HxError("exists", `'${file}' cannot be written, or is there already`, { cause });
  }
}
