import { resolve } from "node:path";
import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "restore",
  group: "Keep",
  summary: "Put a session back into the agent's own store, so that it can be resumed",
  details: ["Byte for byte what the agent wrote. Nothing newer is overwritten unless `--force` says so.", "Of a redacted copy it says so, and puts it only where nothing is."],
  arguments: [{ name: "<id>", summary: "The session's id, or a beginning of it that no other has" }],
  options: [
    { flags: "--directory <dir>", summary: "The checkout in which the session is to go on; this one when not given" },
    { flags: "--force", summary: "Overwrite what is newer in the agent's store" },
    { flags: "-n, --dry-run", summary: "Show what would be written, write nothing" },
  ],
  examples: ["hx restore 7f3a91c2", "hx restore 7f3a91c2 --dry-run"],
  exits: [1, 3, 4, 10, 12, 13],
  schema: SCHEMAS.restore,
  async run(call) {
    const [id = ""] = call.arguments;
    const directory = call.options.text("directory");
    const dryRun = call.options.flag("dryRun");
    const world = await call.world();
    const report = await world.sessions.restore(id, {
      force: call.options.flag("force"),
      dryRun,
      ...present({ directory: directory === undefined ? undefined : resolve(call.host.directory, directory) }),
    });
    call.progress.done();
    const [{ restoreJson }, { restoreView }] = await Promise.all([import("../json/sessions.ts"), import("../views/reports.ts")]);
    if (call.json) await call.out.json(restoreJson(report, dryRun));
    else await call.out.write(restoreView(report, call.out.style, dryRun));
    return report.omittedBytes > 0 || report.unreadable.length > 0 || report.kind === "redacted" ? 3 : 0;
  },
};
