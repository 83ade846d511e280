import { fromUtf8, utf8 } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import type { PersonId } from "../../domain/ids.ts";
import { dayOf } from "../../domain/policy/day.ts";
import { policyInForce } from "../../domain/policy/in-force.ts";
import type { PolicyVersion, ShownVersion } from "../../domain/policy/version.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { WorkFiles } from "../../ports/work-files.ts";
import type { Ledger, OwnLane } from "../ledger.ts";

/** Trust file: which versions of the policy were shown here and to whom, and up to which one coming versions were announced. */
const NAME = "policy.json";
const WAIT_MS = 10_000;

type Policies = Pick<WorkspaceState, "policies">;
type Trusting = { readonly trust: WorkFiles };

interface SeenFile {
  readonly v: 1;
  readonly announced: number;
  /** By person: version → when, ms since 1970. */
  readonly shown: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

async function load({ trust }: Trusting): Promise<SeenFile> {
  const bytes = await trust.read(NAME);
  if (bytes === null) return { v: 1, announced: 0, shown: {} };
  try {
    return JSON.parse(fromUtf8(bytes)) as SeenFile;
  } catch (cause) {
    throw new HxError("io-failed", `the trust file '${NAME}' is damaged`, { hints: ["hx policy show"], cause });
  }
}

/** One process after the other: what one notes must not undo what another noted. @returns whether anything changed @throws HxError `busy` */
async function change(ledger: Trusting, next: (file: SeenFile) => SeenFile | null): Promise<boolean> {
  const lock = await ledger.trust.lock("policy", WAIT_MS);
  if (lock === null) throw new HxError("busy", "another process of hx writes what was shown", { hints: ["hx policy show"] });
  try {
    const changed = next(await load(ledger));
    if (changed !== null) await ledger.trust.write(NAME, utf8(JSON.stringify(changed)));
    return changed !== null;
  } finally {
    await lock.release();
  }
}

/** What this device knows of what a person was shown, lowest version first. */
export async function shownTo(ledger: Trusting, person: PersonId): Promise<readonly ShownVersion[]> {
  const found = (await load(ledger)).shown[person] ?? {};
  return Object.entries(found).map(([version, at]) => ({ version: Number(version), at })).sort((a, b) => a.version - b.version);
}

/** Notes what a person was shown; of one that is noted already the earlier time stays. @returns whether anything was new */
export async function noteShown(ledger: Trusting, person: PersonId, versions: readonly ShownVersion[]): Promise<boolean> {
  if (versions.length === 0) return false;
  return change(ledger, (file) => {
    const known = file.shown[person] ?? {};
    const added = { ...known };
    for (const { version, at } of versions) added[version] = Math.min(at, added[version] ?? at);
    const isNew = Object.keys(added).length > Object.keys(known).length;
    return isNew ? { ...file, shown: { ...file.shown, [person]: added } } : null;
  });
}

/** The version in force, where this person was not shown it; null where they were, or none is in force. @param nowMs since 1970 */
export async function unseenPolicy(ledger: Trusting, state: Policies, person: PersonId, nowMs: number): Promise<PolicyVersion | null> {
  const inForce = policyInForce(state, dayOf(nowMs));
  if (inForce === null) return null;
  return (await shownTo(ledger, person)).some(({ version }) => version === inForce.version) ? null : inForce;
}

/**
 * Capture waits until the version in force was shown to the person. What a capture-only key takes is taken for somebody who
 * issued it with their own keys, and nobody sits at that machine.
 * @throws HxError `policy-unseen`
 */
export async function requireSeen(ledger: Pick<Ledger, "trust" | "clock"> & { readonly lane: Pick<OwnLane, "person" | "carried"> }, state: Policies): Promise<void> {
  if (ledger.lane.carried === true) return;
  const unseen = await unseenPolicy(ledger, state, ledger.lane.person, ledger.clock.now());
  if (unseen !== null) throw new HxError("policy-unseen", `nothing is captured until version ${unseen.version} of the policy was shown to you`, { hints: ["hx policy show"], data: { version: unseen.version } });
}

/** Whether versions up to this one were announced here. Says so from now on. */
export async function announceOnce(ledger: Trusting, version: number): Promise<boolean> {
  if ((await load(ledger)).announced >= version) return false;
  return change(ledger, (file) => (file.announced >= version ? null : { ...file, announced: version }));
}
