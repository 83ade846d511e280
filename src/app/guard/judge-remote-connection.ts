import { CONNECTION_PATH } from "../../domain/connection.ts";
import type { GuardFinding, GuardReport } from "../../domain/guard/finding.ts";
import type { Oid } from "../../domain/ids.ts";
import { dayOf } from "../../domain/policy/day.ts";
import { policyInForce } from "../../domain/policy/in-force.ts";
import { isListedUrl } from "../../domain/remote-url.ts";
import type { GuardState } from "../../format/guard-state.ts";
import type { RemoteOptions } from "../../ports/git.ts";
import { claimAt, connectionProblem, fileCode, type Claim } from "./claim.ts";
import type { GuardedChain } from "./judge-chain.ts";
import { judgeInForce, judgeTerms } from "./judge-policy.ts";
import type { GuardOptions } from "./ports.ts";
import { judged, refused, warned } from "./refusals.ts";
import type { RemotePorts, RemoteScene } from "./remote-scene.ts";
import { weakening } from "./weakening.ts";

export interface FoundClaim {
  readonly claim: Claim | null;
  readonly finding: GuardFinding | null;
}

/** The connection file of a branch of the remote. */
export async function claimOf(ports: RemotePorts, { code, remote }: RemoteScene, branch: string, options: RemoteOptions): Promise<FoundClaim> {
  const commit = await ports.remote.fetchTip(code.store, remote, branch, options);
  const blob = commit === null ? null : await code.resolve(`${commit}:${CONNECTION_PATH}`);
  if (commit === null || blob === null) return { claim: null, finding: null };
  if ((await code.store.info(blob)) === null) await ports.remote.fetchObjects(code.store, remote, [blob], options);
  const found = await judged(branch, fileCode, () => claimAt(ports, code, commit));
  return { claim: found.value ?? null, finding: found.finding ?? null };
}

export interface JudgedConnection {
  /** The one that counts. */
  readonly claim: Claim | null;
  /** That of what is checked out, where it is to be merged. */
  readonly brought: Claim | null;
  readonly findings: readonly GuardFinding[];
}

/**
 * The connection that counts is that of the default branch; a checkout that is to be merged may bring one to a repository that has none yet,
 * and weaken none.
 */
export async function judgeConnection(ports: RemotePorts, scene: RemoteScene, branch: string, main: FoundClaim, chain: GuardedChain | null, options: GuardOptions & RemoteOptions): Promise<JudgedConnection> {
  const findings: GuardFinding[] = [];
  const state = chain?.state ?? null;
  const since = weakening(branch, lastClaim(ports, scene.last), main.claim, state, options, `git log -p -- ${CONNECTION_PATH}`);
  if (since !== null) findings.push(since);
  const merged = scene.target === undefined ? null : await judgeMerge(ports, scene, branch, main, state, options);
  if (merged !== null) findings.push(...merged.findings);
  const brought = merged?.claim ?? null;
  const problem = main.finding ?? (since === null || main.claim !== null ? await connectionProblem(ports, branch, main.claim, chain) : null);
  if (problem === null) {
    const listed = main.claim === null ? null : unlisted(scene, main.claim);
    if (listed !== null) findings.push(listed);
    return { claim: main.claim, brought, findings };
  }
  const coming = problem.code === "connection-missing" && brought !== null && (await connectionProblem(ports, "HEAD", brought, chain)) === null;
  if (!coming) return { claim: null, brought, findings: [...findings, problem] };
  findings.push(warned("connection-missing", branch, `this repository is not connected yet: what is checked out here brings its '${CONNECTION_PATH}'`));
  const listed = unlisted(scene, brought);
  return { claim: brought, brought, findings: listed === null ? findings : [...findings, listed] };
}

/** The file of the last good state, as far as it can be read by this version. */
function lastClaim({ file }: RemotePorts, last: GuardState | null): Claim | null {
  if (last === null) return null;
  const bytes = new TextEncoder().encode(last.connection);
  return { connection: file.parse(bytes), blob: NO_BLOB, bytes };
}

/** Equals no id of an object. */
const NO_BLOB = "" as Oid;

async function judgeMerge(ports: RemotePorts, scene: RemoteScene, branch: string, main: FoundClaim, state: GuardedChain["state"] | null, options: GuardOptions & RemoteOptions): Promise<{ readonly claim: Claim | null; readonly findings: readonly GuardFinding[] }> {
  const name = scene.target ?? "";
  const target = name.startsWith("refs/") ? name : `refs/heads/${name}`;
  const into = target === branch ? main : await claimOf(ports, scene, target, options);
  const head = await judged("HEAD", fileCode, () => claimAt(ports, scene.checkout, "HEAD"));
  if (head.finding !== undefined) return { claim: null, findings: [head.finding] };
  const finding = weakening("HEAD", into.claim, head.value, state, options, `git checkout ${scene.remote}/${name.replace(/^refs\/heads\//, "")} -- ${CONNECTION_PATH}`);
  return { claim: head.value, findings: finding === null ? [] : [finding] };
}

function unlisted({ checkout, remote, url }: RemoteScene, { connection }: Claim): GuardFinding | null {
  if (isListedUrl(url, connection.remotes, checkout.checkout.top ?? checkout.checkout.gitDirectory)) return null;
  return refused("remote-unlisted", "HEAD", `the remote '${remote}' is not among those that '${CONNECTION_PATH}' lists`);
}

/** Of a repository that is connected: the policy, and what its file says of it, on the default branch and in what is checked out. */
export function judgePolicy({ clock }: RemotePorts, branch: string, { claim, brought }: JudgedConnection, chain: GuardedChain | null): { readonly findings: readonly GuardFinding[]; readonly inForce: Pick<GuardReport, "policy"> } {
  if (claim === null || chain === null) return { findings: [], inForce: {} };
  const { state } = chain;
  const day = dayOf(clock.now());
  const policy = policyInForce(state, day);
  const isMerged = brought !== null && brought.blob !== claim.blob;
  const findings = [...judgeInForce(branch, state, day), ...judgeTerms(claim === brought ? "HEAD" : branch, claim, state, day), ...(isMerged ? judgeTerms("HEAD", brought, state, day) : [])];
  return { findings, inForce: policy === null ? {} : { policy: { version: policy.version, effective: policy.effective } } };
}
