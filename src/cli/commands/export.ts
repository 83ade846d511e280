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
    "Exit 3 when some of several could not be written.",
  ],
  arguments: [{ name: "<session...>", summary: "Ids, or beginnings that no other has" }],
  options: [
    { flags: "--output <dir>", summary: "Where to; it is made where it is not there" },
    { flags: "--format <format>", summary: "Only one of them", choices: FORMATS },
  ],
  examples: ["hx export 7f3a91c2 --output out", "hx export 7f3a91c2 81c5 --output out --format markdown"],
  exits: [1, 3, 4, 10, 11, 12, 13],
  schema: SCHEMAS.export,
  run: (call) => exportAll(call),
};

async function exportAll(call: Call): Promise<ExitCode> {
  const output = call.options.text("output");
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
