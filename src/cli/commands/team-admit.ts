import { HxError } from "../../domain/errors.ts";
import type { Call, CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { TeamReport, WaitingReport } from "../world.ts";
import { tellTeam } from "./team-report.ts";

export const command: CommandSpec = {
  name: "team admit",
  group: "Care",
  summary: "Let people into a team, as a member of it",
  details: ["Boxes the team's key to people who were nominated. Without names: to all who wait, after a question.", "In a team without a key: makes the key, and makes you its first member, if you were nominated."],
  arguments: [
    { name: "<team>", summary: "Its name, or a beginning of its id" },
    { name: "[person...]", summary: "Names, e-mails, or beginnings of ids" },
  ],
  examples: ["hx team admit core", "hx team admit core ben"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.team,
  async run(call) {
    const [team = "", ...people] = call.arguments;
    const world = await call.world();
    const report = people.length > 0 ? await world.teams.admit(team, people) : await admitWaiting(call, team);
    await tellTeam(call, report);
  },
};

/** Whom the list showed, and nobody who was nominated since. */
async function admitWaiting(call: Call, text: string): Promise<TeamReport> {
  const { teams } = await call.world();
  const waiting = await teams.waiting(text);
  call.progress.done();
  if (waiting.begins || waiting.people.length === 0) return teams.admit(waiting.team.id, []);
  await show(call, waiting);
  const question = waiting.people.length === 1 ? "admit them?" : `admit all ${waiting.people.length}?`;
  if (!(await call.answers.confirm(question))) throw new HxError("interrupted", "nobody was admitted");
  return teams.admit(waiting.team.id, waiting.people.map(({ id }) => id));
}

async function show(call: Call, waiting: WaitingReport): Promise<void> {
  const { waitingView } = await import("../views/teams.ts");
  const text = waitingView(waiting);
  // JSON has stdout for itself: who is asked sees the list on the terminal.
  if (call.json) await call.answers.tell(text);
  else await call.out.write(text);
}
