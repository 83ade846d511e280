import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "erase",
  group: "Care",
  summary: "Erase sessions of yours: their keys go, with a signed tombstone, and what you approved of them is taken back",
  details: [
    "Every capture and every redacted copy of the same session of an agent goes with it, as far as this clone wrote it. It is not captured again: `hx capture --session <id> --again` is how it comes back.",
    "Where a policy is in force, only what is due can be erased, unless the policy says otherwise. Nobody but the author can, no administrator either.",
    "Old clones, backups, what the host still holds, what others opened, and the agent's own files remain: it says so before it asks.",
  ],
  arguments: [{ name: "[session...]", summary: "Ids, or beginnings that no other has" }],
  options: [{ flags: "--due", summary: "Everything that is due (hx retention)" }],
  examples: ["hx erase 7f3a91c2", "hx erase --due --yes"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.erase,
  async run(call) {
    const due = call.options.flag("due");
    const what = call.arguments;
    if (due === what.length > 0) throw new HxError("usage", "either sessions or '--due' says what to erase", { hints: ["hx retention", "hx help erase"] });
    const { rights } = await call.world();
    const report = await rights.erase({ what, due }, async (plan) => {
      call.progress.done();
      if (!call.json) {
        const { erasePlanView } = await import("../views/rights.ts");
        await call.err.write(erasePlanView(plan, call.err.style));
      }
      return call.answers.confirm("erase this?");
    });
    call.progress.done();
    const [{ eraseJson }, { eraseView }] = await Promise.all([import("../json/rights.ts"), import("../views/rights.ts")]);
    if (call.json) await call.out.json(eraseJson(report));
    else await call.out.write(eraseView(report, call.out.style));
    return report.pushed ? 0 : 1;
  },
};
