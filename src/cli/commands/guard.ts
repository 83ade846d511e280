import { HxError } from "../../domain/errors.ts";
import { isRefused } from "../../domain/guard/finding.ts";
import { present, type Call, type CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { GuardResult, HookLine } from "../world-guard.ts";

/** A push of a hundred thousand refs has some 15 MB of lines. */
const MOST_LINES = 1 << 26;

export const command: CommandSpec = {
  name: "guard",
  group: "Care",
  summary: "Judge a push on a server, or a remote in CI, without any key",
  details: [
    "On a server, as a hook of a bare repository: --pre-receive reads git's lines from stdin, --update judges one ref.",
    "In CI, in a clone: fetches what the remote has under refs/sessions/, without segments and not into the clone, and judges it.",
    "Refuses what docs/spec/guard.md lists, with exit 14, the reason and a command that mends it.",
    "Beside it: hx guard install, hx guard uninstall, hx guard anchor.",
  ],
  arguments: [
    { name: "[old]", summary: "With --update: the value that the ref has, as git gives it" },
    { name: "[new]", summary: "With --update: the value that it is to have" },
  ],
  options: [
    { flags: "--pre-receive", summary: "Judge the push whose lines are on stdin" },
    { flags: "--update <ref>", summary: "Judge one ref of a push" },
    { flags: "--remote <remote>", summary: "In CI: the remote to judge, instead of origin" },
    { flags: "--target <branch>", summary: "In CI: refuse a checkout that weakens the connection of this branch of the remote" },
    { flags: "--state <file>", summary: "In CI: the last good state, compared when it is there and written when all is well" },
    { flags: "--anchor <branch>", summary: "In CI: the last good state is the anchor on this branch of the remote" },
    { flags: "--accept <oid>", summary: "Accept the connection file with this git object id although it loosens; may be repeated", repeatable: true },
  ],
  examples: ["hx guard --pre-receive", "hx guard --update \"$1\" \"$2\" \"$3\"", "hx guard --state guard.json --target main", "hx guard --anchor hx-anchor"],
  exits: [1, 10, 14, 130],
  schema: SCHEMAS.guard,
  async run(call) {
    const result = await judge(call);
    call.progress.done();
    const [{ guardJson }, { guardView }] = await Promise.all([import("../json/guard.ts"), import("../views/guard.ts")]);
    if (call.json) await call.out.json(guardJson(result));
    else await call.out.write(guardView(result, call.out.style));
    return isRefused(result) ? 14 : 0;
  },
};

async function judge(call: Call): Promise<GuardResult> {
  const { options } = call;
  const accept = options.list("accept");
  const update = options.text("update");
  const preReceive = options.flag("preReceive");
  const remote = present({ remote: options.text("remote"), target: options.text("target"), state: options.text("state"), anchor: options.text("anchor") });
  if ([preReceive, update !== undefined, Object.keys(remote).length > 0].filter(Boolean).length > 1) throw new HxError("usage", "'--pre-receive', '--update' and the options for CI exclude each other", { hints: ["hx help guard"] });
  if (remote.state !== undefined && remote.anchor !== undefined) throw new HxError("usage", "'--state' and '--anchor' exclude each other", { hints: ["hx help guard"] });
  if (update === undefined && call.arguments.length > 0) throw new HxError("usage", "an old and a new value go with '--update <ref>'", { hints: ["hx help guard"] });
  if (preReceive) {
    const lines = linesOf(await call.host.readStdin(MOST_LINES));
    return await (await call.world()).guard.push(lines, { accept, whole: true });
  }
  if (update !== undefined) {
    const [old, value] = call.arguments;
    if (old === undefined || value === undefined) throw new HxError("usage", "'--update' takes a ref, its old and its new value", { hints: ["hx help guard"] });
    return await (await call.world()).guard.push([{ ref: update, old, new: value }], { accept, whole: false });
  }
  return await (await call.world()).guard.remote({ accept, ...remote });
}

/** githooks(5): `<old> SP <new> SP <ref> LF`. */
function linesOf(text: string): readonly HookLine[] {
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const [old, value, ref, ...rest] = line.split(" ");
    if (old === undefined || value === undefined || ref === undefined || rest.length > 0) throw new HxError("usage", "a line on stdin is not one that git hands to 'pre-receive'");
    return { ref, old, new: value };
  });
}
