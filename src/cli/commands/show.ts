import { resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Call, CommandSpec } from "../command.ts";
import type { ExitCode } from "../exit-codes.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "show",
  group: "Look",
  summary: "Show a session",
  details: ["Somebody else's session opens when it is shared with you, and only after the remote has your access entry. Each view says which class of access it was."],
  arguments: [{ name: "<id>", summary: "The session's id, or a beginning of it that no other has" }],
  options: [
    { flags: "--markdown", summary: "Print Markdown" },
    { flags: "--raw <dir>", summary: "Write the exact files of the agent into a new directory" },
  ],
  examples: ["hx show 7f3a91c2", "hx show 7f3a91c2 --markdown > session.md", "hx show 7f3a91c2 --raw out"],
  exits: [1, 3, 4, 10, 12, 13, 14],
  schema: SCHEMAS.show,
  async run(call) {
    const [id = ""] = call.arguments;
    const directory = call.options.text("raw");
    if (directory !== undefined && call.options.flag("markdown")) throw new HxError("usage", "'--raw' and '--markdown' exclude each other");
    return directory === undefined ? print(call, id) : write(call, id, resolve(call.host.directory, directory));
  },
};

async function print(call: Call, id: string): Promise<ExitCode> {
  const world = await call.world();
  const shown = await world.sessions.show(id);
  call.progress.done();
  const markdown = call.options.flag("markdown");
  if (call.json) {
    const { showJson } = await import("../json/sessions.ts");
    await call.out.json(showJson(shown));
  } else {
    const [{ transcriptView }, { markdownView }] = await Promise.all([import("../views/transcript.ts"), import("../views/markdown.ts")]);
    await call.page(async (out) => {
      for (const text of markdown ? markdownView(shown) : transcriptView(shown, out.style)) await out.write(text);
    });
  }
  return shown.unreadable.length > 0 ? 3 : 0;
}

async function write(call: Call, id: string, directory: string): Promise<ExitCode> {
  const world = await call.world();
  const report = await world.sessions.raw(id, directory);
  call.progress.done();
  const { rawJson } = await import("../json/sessions.ts");
  const { visibleLine } = await import("../io/control-characters.ts");
  const { accessLine } = await import("../views/access.ts");
  if (call.json) await call.out.json(rawJson(report));
  else for (const { path } of report.files) await call.out.line(visibleLine(path));
  if (!call.json) await call.err.line(visibleLine(`hx: ${accessLine(report.access)}`));
  return report.unreadable.length > 0 ? 3 : 0;
}
