import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "verify",
  group: "Keep",
  summary: "Check everything that is signed, hashed or sealed, in all lanes",
  details: ["Where the remote has a branch hx-anchor, its lanes are held against it too.", "What your keys open is opened. Exit 13 and the exact place when something does not agree."],
  options: [
    { flags: "--full", summary: "Fetch what is missing first" },
    { flags: "--remote <remote>", summary: "Only this remote" },
    { flags: "--anchor <branch>", summary: "Hold the lanes against the anchor on this branch, instead of hx-anchor; it must be there" },
  ],
  examples: ["hx verify", "hx verify --full --json"],
  exits: [1, 3, 4, 10, 12, 13, 130],
  schema: SCHEMAS.verify,
  async run(call) {
    const world = await call.world();
    const report = await world.sessions.verify({ full: call.options.flag("full"), ...present({ remote: call.options.text("remote"), anchor: call.options.text("anchor") }) });
    call.progress.done();
    const [{ verifyJson }, { verifyView }] = await Promise.all([import("../json/sessions.ts"), import("../views/verify.ts")]);
    if (call.json) await call.out.json(verifyJson(report));
    else await call.out.write(verifyView(report, call.out.style));
    return report.findings.some(({ severity }) => severity === "error") ? 13 : 0;
  },
};
