import type { Call } from "../command.ts";
import type { ProjectReport, TeamReport } from "../world.ts";

/** What every command that changes a team prints: what came of it, and who acts next. */
export async function tellTeam(call: Call, report: TeamReport): Promise<void> {
  call.progress.done();
  const [{ teamJson }, { teamReportView }] = await Promise.all([import("../json/teams.ts"), import("../views/teams.ts")]);
  if (call.json) await call.out.json(teamJson(report.team, report.outcomes));
  else await call.out.write(teamReportView(report, call.out.style));
}

export async function tellProject(call: Call, report: ProjectReport): Promise<void> {
  call.progress.done();
  const [{ projectJson }, { projectReportView }] = await Promise.all([import("../json/teams.ts"), import("../views/projects.ts")]);
  if (call.json) await call.out.json(projectJson(report));
  else await call.out.write(projectReportView(report));
}
