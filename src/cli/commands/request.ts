import { HxError } from "../../domain/errors.ts";
import type { Call, CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { parseTurns } from "../turns.ts";

export const command: CommandSpec = {
  name: "request",
  group: "Share",
  summary: "Ask the author of a session, of a commit or of a line to share it with a team of yours",
  details: [
    "A commit or a line goes to the member to whom the e-mail of the commit's author is bound (by the mailmap); their hx finds the session.",
    "Nobody but the author and you can read what you ask and why.",
  ],
  arguments: [{ name: "[what]", summary: "A session's id or a beginning of it, a commit, or <path>:<line>" }],
  options: [
    { flags: "--team <team>", summary: "For which team: its name, or a beginning of its id" },
    { flags: "--reason <text>", summary: "Why, in at most 400 bytes; '-' reads standard input" },
    { flags: "--turns <ranges>", summary: "Only these turns, such as 3-7,9; the first is 1" },
    { flags: "--to <person>", summary: "The author, where nothing here shows who it is" },
    { flags: "--withdraw <request>", summary: "Take back a request of yours instead" },
  ],
  examples: ['hx request src/cart.ts:42 --team core --reason "why is the total rounded here?"', "hx request 1a2b3c4d --team core", "hx request --withdraw r1a2b3c4"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.request,
  async run(call) {
    const [what] = call.arguments;
    const withdrawn = call.options.text("withdraw");
    if ((what === undefined) === (withdrawn === undefined)) throw new HxError("usage", "name what you ask for, or '--withdraw <request>'", { hints: ["hx help request"] });
    return withdrawn === undefined ? ask(call, what ?? "") : withdraw(call, withdrawn);
  },
};

async function ask(call: Call, what: string): Promise<void> {
  const { options, answers } = call;
  const turns = parseTurns(options.text("turns"));
  const team = options.text("team") ?? (await answers.text("for which team?", "--team <team>"));
  const given = options.text("reason") ?? (await answers.text("why do you ask?", "--reason <text>"));
  const reason = (given === "-" ? await call.host.readStdin() : given).trim();
  const world = await call.world();
  const asked = await world.requests.ask({ what, team, reason, ...present({ turns, to: options.text("to") }) });
  call.progress.done();
  const [{ askedJson }, { askedView }] = await Promise.all([import("../json/requests.ts"), import("../views/requests.ts")]);
  if (call.json) await call.out.json(askedJson(asked));
  else await call.out.write(askedView(asked, call.out.style));
}

async function withdraw(call: Call, request: string): Promise<void> {
  for (const name of ["team", "reason", "turns", "to"]) if (call.options.text(name) !== undefined) throw new HxError("usage", `'--withdraw' and '--${name}' exclude each other`);
  const world = await call.world();
  const answered = await world.requests.withdraw(request);
  call.progress.done();
  const [{ withdrawnJson }, { withdrawnView }] = await Promise.all([import("../json/requests.ts"), import("../views/requests.ts")]);
  if (call.json) await call.out.json(withdrawnJson(answered));
  else await call.out.write(withdrawnView(answered));
}
