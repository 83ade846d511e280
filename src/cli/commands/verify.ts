import type { CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "verify",
  group: "Keep",
  summary: "Check everything that is signed, hashed or sealed, in all lanes",
  details: ["What your keys open is opened. Exit 13 and the exact place when something does not agree."],
  options: [
    { flags: "--full", summary: "Fetch what is missing first" },
    { flags: "--remote <remote>", summary: "Only this remote" },
  ],
  examples: ["hx verify", "hx verify --full --json"],
  exits: [1, 3, 4, 10, 12, 13, 130],
  schema: SCHEMAS.verify,
  async run(call) {
    const world = await call.world();
    const report = await world.sessions.verify({ full: call.options.flag("full"), ...present({ remote: call.options.text("remote") }) });
    call.progress.done();
    const [{ verifyJson }, { verifyView }] = await Promise.all([import("../json/sessions.ts"), import("../views/verify.ts")]);
    if (call.json) await call.out.json(verifyJson(report));
    else await call.out.write(verifyView(report, call.out.style));
    return report.findings.some(({ severity }) => severity === "error") ? 13 : 0;
  },
};
