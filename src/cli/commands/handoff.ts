import { HANDOFF_TARGETS } from "../../domain/handoff/targets.ts";
import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

/** Characters: some four thousand tokens. */
const USUAL = 16_000;
const MOST = 200_000;

export const command: CommandSpec = {
  name: "handoff",
  group: "Keep",
  summary: "Start another agent where a session ended",
  details: [
    "Makes a brief of quotations from the session: goal, open ends, last words, files, decisions, commands, each with its turn; secrets are masked as `share` masks them. It is written to `.hx/handoff/<id>.md` in this checkout, which git ignores, and the command is printed that starts the other agent with it. hx starts nothing and asks nobody.",
    "Somebody else's session opens as with `show`, and leaves an access entry. The brief is a copy that no revocation takes back.",
  ],
  arguments: [{ name: "<id>", summary: "The session's id, or a beginning of it that no other has" }],
  options: [
    { flags: "--to <agent>", summary: "The agent that goes on", choices: HANDOFF_TARGETS.map(({ name }) => name) },
    { flags: "--max <characters>", summary: `Length of the brief at most (default ${USUAL})` },
    { flags: "--print", summary: "Print the brief, write nothing" },
  ],
  examples: ["hx handoff 7f3a91c2 --to codex", "hx handoff 7f3a91c2 --to gemini-cli --print | less"],
  exits: [1, 3, 4, 10, 12, 13, 14],
  schema: SCHEMAS.handoff,
  async run(call) {
    const [id = ""] = call.arguments;
    const to = call.options.text("to");
    if (to === undefined) throw new HxError("usage", "'--to <agent>' says which agent goes on", { hints: ["hx help handoff"] });
    const { reading } = await call.world();
    const report = await reading.handoff(id, { to, max: lengthOf(call.options.text("max")), write: !call.options.flag("print") });
    call.progress.done();
    const [{ handoffJson }, { handoffView, handoffNotes }] = await Promise.all([import("../json/reading.ts"), import("../views/handoff.ts")]);
    if (call.json) await call.out.json(handoffJson(report));
    else await call.out.write(handoffView(report));
    // What is piped into another program is the brief alone.
    if (!call.json && report.brief !== undefined) await call.err.write(handoffNotes(report));
    return report.unreadable.length > 0 || report.omittedBytes > 0 ? 3 : 0;
  },
};

function lengthOf(text: string | undefined): number {
  if (text === undefined) return USUAL;
  const length = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(length <= MOST)) throw new HxError("usage", `'--max' is a number of characters, at most ${MOST}`);
  return length;
}
