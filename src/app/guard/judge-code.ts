import { CONNECTION_PATH } from "../../domain/connection.ts";
import type { GuardFinding } from "../../domain/guard/finding.ts";
import { ROOT_REF } from "../../format/paths.ts";
import { claimAt, connectionProblem, fileCode, type Claim } from "./claim.ts";
import type { GuardedChain } from "./judge-chain.ts";
import type { Push, PushedRef } from "./pushed.ts";
import { judged, refused, type Judged } from "./refusals.ts";
import { weakening } from "./weakening.ts";

/** How a repository stands to its workspace once a push is in. */
export interface Standing {
  /** Full name of the default branch; null while there is no branch. */
  readonly branch: string | null;
  /** The connection file of that branch. */
  readonly claim: Claim | null;
  /** Why the repository does not count as connected. Null: it does. */
  readonly problem: GuardFinding | null;
  /** The default branch had a file, and lost it as it may. */
  readonly released: boolean;
  /** The push would weaken the file. */
  readonly weakened: GuardFinding | null;
}

const FALLBACKS = ["refs/heads/main", "refs/heads/master"];

export async function connectionAfter(push: Push, chain: GuardedChain | null): Promise<Standing> {
  const now = await defaultBranch(push, push.before);
  const then = await defaultBranch(push, push.after);
  const found = await fileOf(push, then);
  // A file that could not be used binds nobody.
  const former = now === null || now.commit === then?.commit ? found.value : (await fileOf(push, now)).value;
  const before = former ?? null;
  const claim = found.value ?? null;
  const branch = then?.ref ?? null;
  const ref = branch ?? now?.ref ?? "HEAD";
  const problem = found.finding ?? (await connectionProblem(push.ports, ref, claim, chain));
  const back = `git checkout ${now?.commit ?? "HEAD"} -- ${CONNECTION_PATH}`;
  const weakened = found.finding === undefined ? weakening(ref, before, claim, chain?.state ?? null, push.options, back) : null;
  return { branch, claim, problem, released: found.finding === undefined && before !== null && claim === null && weakened === null, weakened };
}

interface Branch {
  readonly ref: string;
  readonly commit: string;
}

/** The branch that `HEAD` names; where that does not exist yet, `main`, else `master`. */
async function defaultBranch({ repository }: Push, at: Push["after"]): Promise<Branch | null> {
  const head = await repository.symbolicRef("HEAD");
  for (const ref of [...(head === null ? [] : [head]), ...FALLBACKS]) {
    const commit = await at(ref);
    if (commit !== null) return { ref, commit };
  }
  return null;
}

async function fileOf({ ports, repository }: Push, branch: Branch | null): Promise<Judged<Claim | null>> {
  return branch === null ? { value: null } : await judged(branch.ref, fileCode, () => claimAt(ports, repository, branch.commit));
}

/** A chain that comes to a repository which names another. */
export function judgeRootPlace({ claim }: Standing, chain: GuardedChain | null): GuardFinding | null {
  if (claim === null || chain === null || claim.connection.workspace === chain.state.workspace) return null;
  return refused("connection-contradicted", ROOT_REF, `the chain is that of workspace '${chain.state.workspace}', and '${CONNECTION_PATH}' of the default branch names '${claim.connection.workspace}'`);
}

/**
 * Judges what a push brings outside `refs/sessions/`. One reason is enough: it holds for all of it. A branch that brings the connection to a
 * repository that has none yet may come; so may the removal of one that an administrator ended.
 */
export async function judgeCode(push: Push, code: readonly PushedRef[], chain: GuardedChain | null, standing: Standing): Promise<readonly GuardFinding[]> {
  if (standing.weakened !== null) return [standing.weakened];
  const { problem } = standing;
  if (problem === null) return [];
  for (const { ref, to } of code) {
    if (to === null || (standing.released && ref === standing.branch)) continue;
    if (standing.claim !== null || problem.code !== "connection-missing") return [{ ...problem, ref }];
    const own = await judged(ref, fileCode, () => claimAt(push.ports, push.repository, to));
    const finding = own.finding ?? (own.value === null ? { ...problem, ref } : await connectionProblem(push.ports, ref, own.value, chain));
    if (finding !== null) return [finding];
  }
  return [];
}
