import { isHxError } from "../../domain/errors.ts";
import type { Oid, PersonId, SessionId } from "../../domain/ids.ts";
import { standing, type Covering, type GivenApproval, type Standing } from "../../domain/sharing/sharing.ts";
import type { StatementHash } from "../../domain/sharing/statement.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { tombstonePath } from "../../format/paths.ts";
import type { UnlockedIdentity } from "../identity/unlocked.ts";
import { tombstoneFor } from "../lane/tombstone.ts";
import { entryAt } from "../lane/tree.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Additions, RemovedWrap } from "../publish/additions.ts";
import { sealWraps, sharedSession, wrapsFor, type OwedWrap } from "./approve.ts";
import { possibleRecipients, presentWraps, wrapPathsOf, type KeysTree } from "./given-wraps.ts";
import { laneAmong, openWhatOpens, type AuthorLanes } from "./open-sessions.ts";
import { presentRecipients, type Recipient } from "./recipients.ts";

/** Something that is owed and cannot be done yet. */
export interface Waiting {
  /** The first approval. */
  readonly approval: StatementHash;
  readonly session?: SessionId;
  readonly kind: "rewrap" | "follow";
  /** In words that fit behind "waits: ". */
  readonly why: string;
  readonly fix?: string;
}

/** What the keys ref of one lane owes to the approvals that lie in it. */
export interface WrapDuties {
  readonly additions: Additions;
  /** Wraps that were sealed anew. */
  readonly rewrapped: number;
  /** Wraps that go because nobody may open them any more, or those for whom they were. */
  readonly removed: number;
  readonly waiting: readonly Waiting[];
}

export interface DutyScene {
  readonly identity: UnlockedIdentity;
  readonly state: WorkspaceState;
  readonly approvals: Iterable<GivenApproval>;
  readonly authors: readonly AuthorLanes[];
  /** ms since 1970, the newest time ever seen. */
  readonly now: number;
  /** What is being revoked in the same breath: sessions of first approvals. */
  readonly revoking?: ReadonlyMap<StatementHash, "all" | ReadonlySet<SessionId>>;
}

/**
 * For the wraps of the approvals in one lane: living ones are sealed to the keys that the audience has now and removed from under those
 * that it had, what is revoked or expired goes. Nothing is wrapped to a team that is due: its wraps stay until it has a new key.
 */
export async function wrapDuties(ledger: WritableLedger, tree: KeysTree, scene: DutyScene): Promise<WrapDuties> {
  const owed = await owedWraps(ledger, tree, scene);
  const removed: RemovedWrap[] = [];
  for (const { path, oid } of owed.gone) removed.push({ path, tombstone: tombstoneFor(ledger, scene.identity, path, await tree.store.readBlob(oid), "removed") });
  const { wraps, waiting } = await sealMissing(ledger, scene, owed.missing);
  return { additions: { items: [], wraps, removed }, rewrapped: wraps.size, removed: removed.length, waiting: onePerApproval([...owed.waiting, ...waiting]) };
}

/** What a lane's keys ref owes; nothing is sealed or signed yet. */
export interface OwedWraps {
  readonly missing: readonly { readonly covering: Covering; readonly recipients: readonly Recipient[] }[];
  /** Everybody can read the reason of a tombstone, so it is the same for a team with a new key as for an author who changed their mind. */
  readonly gone: readonly { readonly path: string; readonly oid: Oid }[];
  readonly waiting: readonly Waiting[];
}

/** Looks, and opens nothing. */
export async function owedWraps(ledger: Pick<WritableLedger, "crypto" | "lane">, tree: KeysTree, scene: Omit<DutyScene, "identity">): Promise<OwedWraps> {
  const gone: OwedWraps["gone"][number][] = [];
  const waiting: Waiting[] = [];
  const missing: OwedWraps["missing"][number][] = [];
  for (const given of scene.approvals) {
    for (const covering of coveringsIn(ledger, given)) {
      const stands = standingNow(scene, given, covering.parts.session);
      if (stands !== "living") {
        await bury(covering, new Set());
        continue;
      }
      const recipients = recipientsNow(scene.state, given);
      if ("why" in recipients) {
        if ((await present(covering)).length > 0) waiting.push({ approval: given.first.hash, kind: "rewrap", ...recipients });
        continue;
      }
      const wanted = new Set(recipients.flatMap(({ to }) => wrapPathsOf(ledger.crypto, covering, to)));
      const lacking = await without(recipients, covering);
      if (lacking.length > 0) missing.push({ covering, recipients: lacking });
      await bury(covering, wanted);
    }
  }
  return { missing, gone, waiting: onePerApproval(waiting) };

  function present(covering: Covering): ReturnType<typeof presentWraps> {
    return presentWraps(tree, possibleRecipients(scene.state, covering).flatMap((to) => wrapPathsOf(ledger.crypto, covering, to)));
  }

  async function bury(covering: Covering, keep: ReadonlySet<string>): Promise<void> {
    for (const wrap of await present(covering)) if (!keep.has(wrap.path)) gone.push(wrap);
  }

  /** Those who lack a wrap. One that was removed never comes back under its id: who was let in again needs a new approval. */
  async function without(recipients: readonly Recipient[], covering: Covering): Promise<readonly Recipient[]> {
    const lacking: Recipient[] = [];
    for (const recipient of recipients) {
      const paths = wrapPathsOf(ledger.crypto, covering, recipient.to);
      if ((await presentWraps(tree, paths)).length === paths.length || (await isBuried(paths))) continue;
      lacking.push(recipient);
    }
    return lacking;
  }

  async function isBuried(paths: readonly string[]): Promise<boolean> {
    const { store, keys } = tree;
    if (keys === null) return false;
    for (const path of paths) if ((await entryAt(store, keys, tombstonePath(path.slice(path.lastIndexOf("/") + 1)))) !== null) return true;
    return false;
  }
}

async function sealMissing(ledger: WritableLedger, scene: DutyScene, missing: OwedWraps["missing"]): Promise<{ readonly wraps: ReadonlyMap<string, Uint8Array>; readonly waiting: readonly Waiting[] }> {
  const seals: OwedWrap[] = [];
  const waiting: Waiting[] = [];
  const found = missing.flatMap((owed) => {
    const place = laneOf(scene.authors, owed.covering);
    return place === null ? [] : [{ ...owed, place: { ...place, session: owed.covering.parts.session } }];
  });
  const opened = await openWhatOpens(ledger, found.map(({ place }) => place));
  for (const [i, { covering, recipients }] of found.entries()) {
    const one = opened[i];
    const { first, count, session } = covering.parts;
    if (isHxError(one)) {
      const [fix] = one.hints;
      waiting.push({ approval: covering.statement.hash, session, kind: "rewrap", why: `its keys cannot be sealed: ${one.message}`, ...(fix === undefined ? {} : { fix }) });
      continue;
    }
    if (one === undefined || one.parts.parts.length < count) continue;
    const shared = sharedSession(one, first);
    const approval = { approval: covering.statement.hash, tag: covering.statement.said.tag };
    for (const recipient of recipients) seals.push(...wrapsFor(ledger, approval, { ...shared, keys: shared.keys.slice(0, count - first) }, recipient));
  }
  return { wraps: await sealWraps(ledger, seals), waiting };
}

/** What a lane itself approved: the wraps lie in its keys ref. */
function coveringsIn({ lane }: Pick<WritableLedger, "lane">, given: GivenApproval): readonly Covering[] {
  return [...given.covered.values()].flat().filter(({ statement }) => statement.place.lane === lane.id);
}

/** How it stands once what is being revoked is said. */
export function standingNow({ now, revoking }: Pick<DutyScene, "now" | "revoking">, given: GivenApproval, session: SessionId): Standing {
  const gone = revoking?.get(given.first.hash);
  if (gone === "all" || gone?.has(session) === true) return "revoked";
  return standing(given, now, session);
}

/** The lane in which a session lies that an approval covers. */
export function laneOf(authors: readonly AuthorLanes[], { statement, parts }: Covering): ReturnType<typeof laneAmong> {
  const tie = statement.said.ties[parts.tie];
  return tie === undefined ? null : laneAmong(authors, tie.lane);
}

/** To whom a living approval is wrapped now; or why to nobody yet. */
export function recipientsNow(state: WorkspaceState, { first: { said } }: GivenApproval): readonly Recipient[] | { readonly why: string; readonly fix?: string } {
  try {
    return presentRecipients(state, said.team, said.audience);
  } catch (error) {
    if (!isHxError(error) || error.code !== "refused") throw error;
    const [fix] = error.hints;
    return { why: error.message, ...(fix === undefined ? {} : { fix }) };
  }
}

export function isAuthor(authors: readonly AuthorLanes[], person: PersonId): boolean {
  return authors.some(({ author }) => author.person === person);
}

function onePerApproval(waiting: readonly Waiting[]): readonly Waiting[] {
  return [...new Map(waiting.map((one) => [one.approval, one])).values()];
}
