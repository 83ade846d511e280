import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "inspect",
  group: "Care",
  summary: "Show what lies in a ref or object, decoded, for people who audit",
  details: ["Decodes and verifies what is public. Decrypts nothing and needs no key."],
  arguments: [{ name: "<what>", summary: "A ref, a git object id, or `<ref>:<path>`" }],
  examples: ["hx inspect refs/sessions/v1/root", "hx inspect refs/sessions/v1/lane/<lane>:h"],
  exits: [1, 10, 13],
  schema: SCHEMAS.inspect,
  async run(call) {
    const [what = ""] = call.arguments;
    const world = await call.world();
    const found = await world.sessions.inspect(what);
    const [{ inspectJson }, { inspectionView }] = await Promise.all([import("../json/sessions.ts"), import("../views/inspection.ts")]);
    if (call.json) await call.out.json(inspectJson(found));
    else await call.page((out) => out.write(inspectionView(found, out.style)));
  },
};
