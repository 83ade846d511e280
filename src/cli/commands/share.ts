import { HxError } from "../../domain/errors.ts";
import type { Call, CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { parseExpires, parseTurns } from "../expires.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { ShareDecision, ShareOptions, SharePlan } from "../world-share.ts";

const AS_IS = "as-is";

export const command: CommandSpec = {
  name: "share",
  group: "Share",
  summary: "Approve a request, or share sessions with a team",
  details: [
    "Shows who asks and why, who is in the team, what is covered and what the secret scan found; then asks.",
    "What holds a secret, or is cut to some turns, is shared as a redacted copy with a key of its own.",
  ],
  arguments: [{ name: "[what...]", summary: "A request, or sessions; - reads ids from standard input, one a line" }],
  options: [
    { flags: "--team <team>", summary: "For this team; that of the request when not given" },
    { flags: "--session <id>", summary: "The session that a request for a commit means" },
    { flags: "--all", summary: "Every session of yours in this repository" },
    { flags: "--members <person>", summary: "Only for this member, and others that are named so; later members are left out", repeatable: true },
    { flags: "--expires <when>", summary: "Until then: a span (30d, 12h) or a date" },
    { flags: "--follow", summary: "Hand on what the sessions get later too, at your unlocked syncs" },
    { flags: "--turns <ranges>", summary: "Only these turns, as a copy: 3-7,9" },
    { flags: "--redact", summary: "A redacted copy in any case" },
    { flags: "--as-is", summary: "The original, in spite of what the scan found" },
  ],
  examples: ["hx share r1a2b3c4", "hx share 7f3a91c2 --team core --expires 30d", "hx share 7f3a91c2 --team core --turns 3-7,9 --yes", "hx list --since 1w | cut -f1 | hx share - --team core --yes"],
  exits: [1, 4, 10, 11, 13, 14, 130],
  schema: SCHEMAS.share,
  async run(call) {
    const options = await optionsOf(call);
    const world = await call.world();
    const report = await world.share.share(options, (plan) => decide(call, plan));
    call.progress.done();
    const [{ shareJson }, { shareView }] = await Promise.all([import("../json/shares.ts"), import("../views/shares.ts")]);
    if (call.json) await call.out.json(shareJson(report));
    else await call.out.write(shareView(report, call.out.style));
    return report.pushed ? 0 : 1;
  },
};

async function optionsOf(call: Call): Promise<ShareOptions> {
  const { options, host } = call;
  const what = await idsOf(call);
  const all = options.flag("all");
  if (all === what.length > 0) throw new HxError("usage", all ? "'--all' and ids exclude each other" : "what is to be shared", { hints: ["hx share <request>", "hx share <session> --team <team>"] });
  const turns = parseTurns(options.text("turns"));
  const redact = options.flag("redact");
  if (options.flag("asIs") && (redact || turns !== undefined)) throw new HxError("usage", "'--as-is' excludes '--redact' and '--turns'");
  const follow = options.flag("follow");
  if (follow && (redact || turns !== undefined)) throw new HxError("usage", "a copy does not grow: '--follow' excludes '--redact' and '--turns'");
  if (turns !== undefined && (all || what.length > 1)) throw new HxError("usage", "'--turns' is for one session");
  const members = options.list("members");
  const rest = present({ team: options.text("team"), session: options.text("session"), expires: parseExpires(options.text("expires"), host.now()), turns });
  return { what, all, follow, redact, ...rest, ...(members.length === 0 ? {} : { members }) };
}

async function idsOf(call: Call): Promise<readonly string[]> {
  if (!call.arguments.includes("-")) return call.arguments;
  if (call.arguments.length > 1) throw new HxError("usage", "'-' stands alone");
  const ids = (await call.host.readStdin()).split(/\s+/).filter((id) => id !== "");
  if (ids.length === 0) throw new HxError("usage", "there are no ids on standard input");
  return ids;
}

/** What is found and not decided is refused before anybody is asked anything. */
async function decide(call: Call, plan: SharePlan): Promise<ShareDecision> {
  call.progress.done();
  const asIs = call.options.flag("asIs");
  const isFound = plan.sessions.some(({ findings, copy }) => findings.length > 0 && !copy);
  if (!call.json) {
    const { sharePlanView } = await import("../views/shares.ts");
    await call.err.write(sharePlanView(plan, call.err.style, asIs));
  }
  if (isFound && !asIs && (call.yes || !call.answers.possible)) {
    throw new HxError("refused", `the secret scan found something in ${plan.sessions.filter(({ findings }) => findings.length > 0).length} of ${plan.sessions.length} sessions, and nobody says what is to become of it`, {
      hints: ["add --redact to share a copy without it", ...(plan.copiesOnly ? [] : ["add --as-is to share the original all the same"])],
    });
  }
  if (isFound && asIs && !call.yes) {
    const word = await call.answers.text(`type '${AS_IS}' to share what was found`, "--yes --as-is");
    if (word.trim() !== AS_IS) throw new HxError("interrupted", "nothing was shared");
    return "as-is";
  }
  const question = isFound ? "share a redacted copy of what has findings, and the rest as it is?" : "share this?";
  if (!(await call.answers.confirm(question))) throw new HxError("interrupted", "nothing was shared");
  return asIs ? "as-is" : "redact";
}
