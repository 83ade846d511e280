import { present, type CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "guard anchor",
  group: "Care",
  summary: "Keep the heads of all lanes, signed, on a branch that the host can protect",
  details: [
    "Judges the remote as CI does, held against the anchor before, and refuses to vouch for what is refused.",
    "The host protects no ref under refs/sessions/ by itself; a rule for this branch, without forced pushes and deletions, makes a rollback show.",
  ],
  options: [
    { flags: "--remote <remote>", summary: "The remote, instead of the first listed one" },
    { flags: "--branch <branch>", summary: "The branch, instead of hx-anchor" },
  ],
  examples: ["hx guard anchor", "hx guard anchor --branch hx-anchor --json"],
  exits: [1, 4, 10, 11, 12, 14, 130],
  schema: SCHEMAS["guard-anchor"],
  async run(call) {
    const { options } = call;
    const result = await (await call.world()).guard.anchor(present({ remote: options.text("remote"), branch: options.text("branch") }));
    call.progress.done();
    const [{ anchorJson }, { anchorView }] = await Promise.all([import("../json/guard.ts"), import("../views/guard.ts")]);
    if (call.json) await call.out.json(anchorJson(result));
    else await call.out.write(anchorView(result, call.out.style));
    return result.done === "refused" ? 14 : 0;
  },
};
