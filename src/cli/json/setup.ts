import type { Check, InitReport, PlanLine, Status } from "../world.ts";
import { briefJson } from "./policy.ts";
import type { PolicyBrief } from "../world-policy.ts";
import { SCHEMAS } from "./schemas.ts";
import { timeOf } from "./time.ts";

export function initJson(report: InitReport | null, plan: { readonly lines: readonly PlanLine[]; readonly warnings: readonly string[]; readonly policy?: PolicyBrief }) {
  const { workspace, repo, project } = report ?? {};
  return { schema: SCHEMAS.init, done: report !== null, workspace, repo, project, lines: planJson(plan.lines), warnings: plan.warnings, policy: plan.policy === undefined ? undefined : briefJson(plan.policy) };
}

export function uninstallJson(done: boolean, lines: readonly PlanLine[]) {
  return { schema: SCHEMAS.uninstall, done, lines: planJson(lines) };
}

function planJson(lines: readonly PlanLine[]) {
  return lines.map(({ action, what, where }) => ({ action, what, where }));
}

export function statusJson(status: Status) {
  const { repository, connected, reason, workspace, project, policy, identity, sessions, lanes, paused, excluded, hooks, agents, warnings } = status;
  return {
    schema: SCHEMAS.status,
    repository,
    connected,
    reason,
    workspace,
    project,
    policy,
    identity: identity === undefined ? undefined : { person: identity.person, device: identity.device, open: identity.open, protection: identity.protection },
    sessions:
      sessions === undefined
        ? undefined
        : { kept: sessions.kept, staged: sessions.staged, unpushedBytes: sessions.unpushedBytes, lastCapture: timeOf(sessions.lastCapture), lastPush: timeOf(sessions.lastPush) },
    lanes: lanes === undefined ? undefined : { mine: lanes.mine, others: lanes.others, verifiedAt: timeOf(lanes.verifiedAt) },
    paused: paused === undefined ? undefined : { since: timeOf(paused.since), until: timeOf(paused.until) },
    excluded,
    hooks: hooks.map(({ place, installed, expected }) => ({ place, installed, expected })),
    agents: agents.map(({ name, present, hooked }) => ({ name, present, hooked })),
    warnings: warnings.map(({ message, fix }) => ({ message, fix })),
  };
}

export function doctorJson(checks: readonly Check[]) {
  return { schema: SCHEMAS.doctor, ok: checks.every(({ result }) => result !== "fail"), checks: checks.map(({ name, result, detail, fix }) => ({ name, result, detail, fix })) };
}
