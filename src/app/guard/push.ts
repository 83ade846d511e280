import type { GuardCounts, GuardFinding, GuardReport } from "../../domain/guard/finding.ts";
import { isOid, type Oid } from "../../domain/ids.ts";
import { parseSessionsRef, ROOT_REF } from "../../format/paths.ts";
import type { Repository } from "../../ports/git.ts";
import { judgeCard, judgeProbe, isProbe } from "./judge-card.ts";
import { judgeChain, knownChain, type GuardedChain } from "./judge-chain.ts";
import { connectionAfter, judgeCode, judgeRootPlace } from "./judge-code.ts";
import { judgeSessions } from "./judge-sessions.ts";
import type { GuardOptions, GuardPorts } from "./ports.ts";
import { pushOf, type Push, type PushedRef } from "./pushed.ts";
import { refused } from "./refusals.ts";

const SESSIONS = "refs/sessions/";

/**
 * Judges a push to a repository on its server: docs/spec/guard.md, "A push". All refs of it are judged together, as they would stand
 * afterwards, and the last good state is what the refs say now: the cost is that of what is pushed.
 * @throws HxError what says nothing of the push: `git-failed`, `io-failed`. The push must then be refused too
 */
export async function guardPush(ports: GuardPorts, repository: Repository, refs: readonly PushedRef[], options: GuardOptions & { readonly whole: boolean }): Promise<GuardReport> {
  const push = pushOf(ports, repository, refs, options);
  const code = refs.filter(({ ref }) => !isSessions(ref));
  const counts = { code: code.length, lanes: 0, headers: 0, keys: 0, cards: 0 };
  const tip = await push.before(ROOT_REF);
  const known = tip === null ? null : await knownChain(ports, repository.store, tip);
  const root = await judgeChain(ports, repository.store, await push.after(ROOT_REF), known);
  // Everything else is held against the chain: without one that holds there is nothing more to say.
  if (root.finding !== undefined) return { findings: [root.finding], counts };
  const chain = root.value;
  const standing = await connectionAfter(push, chain);
  const rootPlace = push.pushed.has(ROOT_REF) ? judgeRootPlace(standing, chain) : null;
  const sessions = await judgeSessions(push, chain, standing);
  const others = await judgeOthers(push, chain);
  return {
    findings: [...(rootPlace === null ? [] : [rootPlace]), ...sessions.findings, ...others.findings, ...(await judgeCode(push, code, chain, standing))],
    counts: { ...counts, ...sessions.counts, ...others.counts },
  };
}

/** Cards, throwaway refs, and what is nothing that this version knows. */
async function judgeOthers(push: Push, chain: GuardedChain | null): Promise<{ readonly findings: readonly GuardFinding[]; readonly counts: Pick<GuardCounts, "cards"> }> {
  const findings: (GuardFinding | null)[] = [];
  let cards = 0;
  const { store } = push.repository;
  for (const { ref, to } of push.pushed.values()) {
    if (!isSessions(ref) || to === null) continue;
    const place = parseSessionsRef(ref);
    if (place?.kind === "root" || place?.kind === "lane" || place?.kind === "keys") continue;
    if (place?.kind === "join") {
      cards += 1;
      findings.push(await judgeCard(push.ports, store, place.name, to, chain));
    } else if (isProbe(ref)) findings.push(await judgeProbe(push.ports, store, ref, to));
    else findings.push(refused("ref-unknown", ref, `'${ref.slice(0, 120)}' is no ref that this version of hx writes`));
  }
  return { findings: findings.filter((finding) => finding !== null), counts: { cards } };
}

/** Where file names do not tell capitals apart, neither do refs. */
function isSessions(ref: string): boolean {
  return ref.toLowerCase().startsWith(SESSIONS);
}

/** A value of a ref as git's hooks give it: zeros for none. Null for text that is no object id. */
export function hookValue(text: string): { readonly oid: Oid | null } | null {
  if (!isOid(text)) return null;
  return { oid: /^0+$/.test(text) ? null : text };
}
