import { isRefused } from "../../domain/guard/finding.ts";
import { dayText } from "../../domain/policy/day.ts";
import type { AnchorResult, GuardResult, ServerHookResult } from "../world-guard.ts";
import { SCHEMAS } from "./schemas.ts";

export function guardJson(result: GuardResult) {
  return { schema: SCHEMAS.guard, ...judgement(result) };
}

function judgement(result: GuardResult) {
  const { findings, counts, since, policy } = result;
  return {
    ok: !isRefused(result),
    since,
    judged: { code: counts.code, lanes: counts.lanes, headers: counts.headers, keys: counts.keys, cards: counts.cards },
    policy: policy === undefined ? undefined : { version: policy.version, effective: dayText(policy.effective) },
    findings: findings.map(({ severity, code, ref, message, hint }) => ({ severity, code, ref, message, hint })),
  };
}

export function anchorJson({ branch, done, n, report }: AnchorResult) {
  return { schema: SCHEMAS["guard-anchor"], done, branch, number: n, ...judgement(report) };
}

export function serverHookJson({ place, path, done, lines, next }: ServerHookResult) {
  return { schema: SCHEMAS["guard-hook"], done, place, path, lines, next };
}
