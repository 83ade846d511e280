import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Call, CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { parseSince } from "../since.ts";

export const command: CommandSpec = {
  name: "capture",
  group: "Keep",
  summary: "Take what is new in the agents' sessions of this repository",
  details: [
    "Only what ran in this repository or one of its worktrees is taken. Needs no passphrase. What you erased is left out, until `--again` takes it up.",
    "`--from -` takes a session that another tool hands over on standard input, as docs/guides/open-door.md says.",
  ],
  options: [
    { flags: "--agent <name>", summary: "Only this agent", repeatable: true },
    { flags: "--session <id>", summary: "Only this session, by the agent's own id" },
    { flags: "--since <when>", summary: "Only what changed since an age (3d, 12h) or a date" },
    { flags: "--from <file>", summary: "Only this session, which another tool hands over as JSON; `-` for standard input" },
    { flags: "--again", summary: "Also if you erased it; with `--session` or `--from`" },
    { flags: "-n, --dry-run", summary: "Show what would be taken, take nothing" },
  ],
  examples: ["hx capture", "hx capture --agent claude-code --since 3d --dry-run"],
  exits: [1, 3, 4, 10, 11, 14, 130],
  schema: SCHEMAS.capture,
  async run(call) {
    const { options } = call;
    const since = parseSince(options.text("since"), call.host.now());
    const dryRun = options.flag("dryRun");
    const again = options.flag("again");
    const session = options.text("session");
    const file = options.text("from");
    if (again && session === undefined && file === undefined) throw new HxError("usage", "'--again' goes with '--session <id>'", { hints: ["hx help capture"] });
    if (file !== undefined && (dryRun || session !== undefined || since !== undefined || options.list("agent").length > 0)) throw new HxError("usage", "'--from' goes with '--again' only", { hints: ["hx help capture"] });
    const from = file === undefined ? undefined : await payloadIn(file, call);
    const world = await call.world();
    const report = await world.sessions.capture({ agents: options.list("agent"), dryRun, again, ...present({ session, since, from }) });
    call.progress.done();
    const [{ captureJson }, { captureView }] = await Promise.all([import("../json/sessions.ts"), import("../views/reports.ts")]);
    if (call.json) await call.out.json(captureJson(report, dryRun));
    else await call.out.write(captureView(report, call.out.style, dryRun));
    return report.failed > 0 ? 3 : 0;
  },
};

/** Bytes. What is larger goes into a folder. */
const MOST_PAYLOAD = 64 << 20;

async function payloadIn(file: string, call: Call): Promise<string> {
  if (file === "-") return call.host.readStdin(MOST_PAYLOAD);
  const path = resolve(call.host.directory, file);
  const size = await stat(path).then((found) => found.size, () => 0);
  if (size > MOST_PAYLOAD) throw new HxError("usage", `more than ${MOST_PAYLOAD} bytes in '${file}'`);
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new HxError("io-failed", `cannot read '${file}'`, { cause });
  });
}
