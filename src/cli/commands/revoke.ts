import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "revoke",
  group: "Share",
  summary: "Take back what you shared",
  details: ["Counts at once for every honest client. What somebody fetched before, no one can take back."],
  arguments: [{ name: "<what>", summary: "An approval (hx shares), a session in all its approvals, or a team" }],
  examples: ["hx revoke a1b2c3d4e", "hx revoke 7f3a91c2", "hx revoke core --yes"],
  exits: [1, 4, 10, 11, 13, 14, 130],
  schema: SCHEMAS.revoke,
  async run(call) {
    const [what = ""] = call.arguments;
    const world = await call.world();
    const report = await world.share.revoke(what, async (plan) => {
      call.progress.done();
      if (!call.json) {
        const { revokePlanView } = await import("../views/shares.ts");
        await call.err.write(revokePlanView(plan, call.err.style));
      }
      return call.answers.confirm("revoke this?");
    });
    call.progress.done();
    const [{ revokeJson }, { revokeView }] = await Promise.all([import("../json/shares.ts"), import("../views/shares.ts")]);
    if (call.json) await call.out.json(revokeJson(report));
    else await call.out.write(revokeView(report, call.out.style));
    return report.pushed ? 0 : 1;
  },
};
