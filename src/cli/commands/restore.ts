import { resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "restore",
  group: "Keep",
  summary: "Put a session back into the agent's own store, so that it can be resumed",
  details: [
    "Where the checkout lies elsewhere than the one in which your session ran, its paths in the records become those of this one; what a model signed or sealed stays as it is. `--exact` puts back byte for byte what the agent wrote.",
    "Somebody else's session is put back byte for byte unless `--map` says so: its records then name your checkout, and are captured as yours.",
    "Nothing newer is overwritten unless `--force` says so.",
    "Of a redacted copy it says so, and puts it only where nothing is.",
  ],
  arguments: [{ name: "<id>", summary: "The session's id, or a beginning of it that no other has" }],
  options: [
    { flags: "--directory <dir>", summary: "The checkout in which the session is to go on; this one when not given" },
    { flags: "--exact", summary: "Map no paths: byte for byte what the agent wrote" },
    { flags: "--map", summary: "Map paths in somebody else's session too" },
    { flags: "--force", summary: "Overwrite what is newer in the agent's store" },
    { flags: "-n, --dry-run", summary: "Show what would be written, write nothing" },
  ],
  examples: ["hx restore 7f3a91c2", "hx restore 7f3a91c2 --dry-run", "hx restore 7f3a91c2 --exact"],
  exits: [1, 3, 4, 10, 12, 13],
  schema: SCHEMAS.restore,
  async run(call) {
    const [id = ""] = call.arguments;
    const directory = call.options.text("directory");
    const [exact, map] = [call.options.flag("exact"), call.options.flag("map")];
    if (exact && map) throw new HxError("usage", "'--exact' and '--map' exclude each other");
    const dryRun = call.options.flag("dryRun");
    const world = await call.world();
    const report = await world.sessions.restore(id, {
      force: call.options.flag("force"),
      dryRun,
      ...present({ map: exact ? false : map ? true : undefined, directory: directory === undefined ? undefined : resolve(call.host.directory, directory) }),
    });
    call.progress.done();
    const [{ restoreJson }, { restoreView }] = await Promise.all([import("../json/sessions.ts"), import("../views/reports.ts")]);
    if (call.json) await call.out.json(restoreJson(report, dryRun));
    else await call.out.write(restoreView(report, call.out.style, dryRun));
    return report.omittedBytes > 0 || report.unreadable.length > 0 || report.kind === "redacted" ? 3 : 0;
  },
};
