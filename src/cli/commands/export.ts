import { resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Call, CommandSpec } from "../command.ts";
import type { ExitCode } from "../exit-codes.ts";
import { jsonText } from "../io/control-characters.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { RawReport, ShownSession } from "../world.ts";

const FORMATS = ["all", "raw", "json", "markdown"] as const;

export const command: CommandSpec = {
  name: "export",
  group: "Keep",
  summary: "Write sessions out of hx: the agent's own files, and what they say as JSON and Markdown",
  details: [
    "Each below `<dir>/<id>`: `files/`, `session.json` as `show --json` gives it, `session.md`. Somebody else's session leaves an access entry, as with `show`; those of several go out in one push.",
    "With `--me`: all that the ledger of this repository holds about you, in one folder that nobody else can read; `index.md` says what is where. What others share with you is listed and not copied, so it is no access.",
    "Exit 3 when some of several could not be written, or something of yours could not be opened.",
  ],
  arguments: [{ name: "[session...]", summary: "Ids, or beginnings that no other has" }],
  options: [
    { flags: "--output <dir>", summary: "Where to; it is made where it is not there" },
    { flags: "--format <format>", summary: "Only one of them", choices: FORMATS },
    { flags: "--me <dir>", summary: "Everything about you, into a directory that is absent or empty" },
    { flags: "--offline", summary: "With `--me`: do not ask the remote" },
  ],
  examples: ["hx export 7f3a91c2 --output out", "hx export 7f3a91c2 81c5 --output out --format markdown", "hx export --me ~/about-me"],
  exits: [1, 3, 4, 10, 11, 12, 13],
  schema: SCHEMAS.export,
  run: (call) => (call.options.text("me") === undefined ? exportAll(call) : exportMe(call)),
};

async function exportMe(call: Call): Promise<ExitCode> {
  const { options } = call;
  if (call.arguments.length > 0 || options.text("output") !== undefined || options.text("format") !== undefined) throw new HxError("usage", "'--me <dir>' stands alone: it writes everything", { hints: ["hx help export"] });
  const [{ ME_TEXTS }, { meJson }, { meView }] = await Promise.all([import("../views/export-me.ts"), import("../json/rights.ts"), import("../views/rights.ts")]);
  const { rights } = await call.world();
  const me = await rights.exportMe(resolve(call.host.directory, options.text("me") ?? ""), { offline: options.flag("offline") }, ME_TEXTS);
  call.progress.done();
  if (call.json) await call.out.json(meJson(me));
  else await call.out.write(meView(me));
  return me.closed.some(({ code }) => code !== "erased") ? 3 : 0;
}

async function exportAll(call: Call): Promise<ExitCode> {
  const output = call.options.text("output");
  if (call.arguments.length === 0) throw new HxError("usage", "which sessions", { hints: ["hx list", "hx export --me <dir>"] });
  if (call.options.flag("offline")) throw new HxError("usage", "'--offline' goes with '--me'", { hints: ["hx help export"] });
  if (output === undefined) throw new HxError("usage", "'--output <dir>' says where to", { hints: ["hx help export"] });
  const directory = resolve(call.host.directory, output);
  const format = call.options.text("format") ?? "all";
  const [{ showJson }, { markdownView }, { exportJson }, { accessLine }, { visibleLine }] = await Promise.all([
    import("../json/sessions.ts"),
    import("../views/markdown.ts"),
    import("../json/reading.ts"),
    import("../views/access.ts"),
    import("../io/control-characters.ts"),
  ]);
  const render = (shown: ShownSession): ReadonlyMap<string, string> =>
    new Map([
      ...(format === "all" || format === "json" ? [["session.json", `${jsonText(showJson(shown))}\n`] as const] : []),
      ...(format === "all" || format === "markdown" ? [["session.md", [...markdownView(shown)].join("")] as const] : []),
    ]);
  const world = await call.world();
  const reports: RawReport[] = [];
  const failed: { session: string; code: string; message: string }[] = [];
  for (const outcome of await world.reading.export(call.arguments, directory, { raw: format === "all" || format === "raw", render })) {
    if ("report" in outcome) reports.push(outcome.report);
    else if (call.arguments.length === 1) throw outcome.error;
    else failed.push({ session: outcome.session, code: outcome.error.code, message: outcome.error.message });
  }
  call.progress.done();
  if (call.json) await call.out.json(exportJson(reports, failed));
  else for (const { id, files } of reports) for (const { path } of files) await call.out.line(visibleLine(`${id}/${path}`));
  if (!call.json) for (const { id, access } of reports) await call.err.line(visibleLine(`hx: ${id}: ${accessLine(access)}`));
  if (!call.json) for (const { session, message } of failed) call.progress.warn(visibleLine(`'${session}' was not written: ${message}`));
  return failed.length > 0 || reports.some(({ unreadable }) => unreadable.length > 0) ? 3 : 0;
}
