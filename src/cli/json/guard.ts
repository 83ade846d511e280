import { isRefused } from "../../domain/guard/finding.ts";
import type { GuardResult } from "../world-guard.ts";
import { SCHEMAS } from "./schemas.ts";

export function guardJson(result: GuardResult) {
  const { findings, counts, since } = result;
  return {
    schema: SCHEMAS.guard,
    ok: !isRefused(result),
    since,
    judged: { code: counts.code, lanes: counts.lanes, headers: counts.headers, keys: counts.keys, cards: counts.cards },
    findings: findings.map(({ severity, code, ref, message, hint }) => ({ severity, code, ref, message, hint })),
  };
}
