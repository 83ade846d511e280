import { isHxError } from "../../domain/errors.ts";
import type { Oid, PersonId, SessionId } from "../../domain/ids.ts";
import { standing, type Covering, type GivenApproval, type Standing } from "../../domain/sharing/sharing.ts";
import type { StatementHash } from "../../domain/sharing/statement.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { tombstonePath } from "../../format/paths.ts";
import type { ShareRecipient } from "../../format/sharing/share-wrap.ts";
import type { UnlockedIdentity } from "../identity/unlocked.ts";
import { tombstoneFor } from "../lane/tombstone.ts";
import { entryAt } from "../lane/tree.ts";
import type { WritableLedger } from "../ledger.ts";
import type { Additions, RemovedWrap } from "../publish/additions.ts";
import { sharedSession } from "./approve.ts";
import { possibleRecipients, presentWraps, shareKeyPathOf, wrapPathsOf, type KeysTree } from "./given-wraps.ts";
import { laneAmong, openWhatOpens, type AuthorLanes } from "./open-sessions.ts";
import { presentRecipients, type Recipient } from "./recipients.ts";
import { sealWraps, wrapsFor, type HandedOn, type OwedWrap } from "./seal-wraps.ts";

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
  const { wraps, waiting } = await sealMissing(ledger, tree, scene, owed.missing);
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
    const coverings = coveringsIn(ledger, given);
    const living = new Set(coverings.filter(({ parts: { session } }) => standingNow(scene, given, session) === "living"));
    for (const covering of coverings) if (!living.has(covering)) await bury(covering, new Set());
    const recipients = living.size === 0 ? [] : recipientsNow(scene.state, given);
    if ("why" in recipients) {
      for (const covering of living) if ((await present(covering)).length > 0) waiting.push({ approval: given.first.hash, kind: "rewrap", ...recipients });
    } else {
      for (const covering of living) {
        const lacking = await without(recipients, covering);
        if (lacking.length > 0) missing.push({ covering, recipients: lacking });
        await bury(covering, new Set(recipients.flatMap(({ to }) => wrapPathsOf(ledger.crypto, covering, to))));
      }
    }
    const needed = new Set([...living].map(({ statement }) => statement.hash));
    const statements = new Map(coverings.map(({ statement }) => [statement.hash, statement]));
    for (const statement of statements.values()) {
      if (!needed.has(statement.hash)) await buryShareKeys(statement, []);
      else if (!("why" in recipients)) await buryShareKeys(statement, recipients);
    }
  }
  return { missing, gone, waiting: onePerApproval(waiting) };

  function present(covering: Covering): ReturnType<typeof presentWraps> {
    return presentWraps(tree, possibleRecipients(scene.state, covering).flatMap((to) => wrapPathsOf(ledger.crypto, covering, to)));
  }

  async function bury(covering: Covering, keep: ReadonlySet<string>): Promise<void> {
    for (const wrap of await present(covering)) if (!keep.has(wrap.path)) gone.push(wrap);
  }

  async function buryShareKeys(statement: Covering["statement"], keep: readonly Recipient[]): Promise<void> {
    const pathOf = (to: ShareRecipient): string => shareKeyPathOf(ledger.crypto, { statement }, to);
    const kept = new Set(keep.map(({ to }) => pathOf(to)));
    gone.push(...(await presentWraps(tree, possibleRecipients(scene.state, { statement }).map(pathOf).filter((path) => !kept.has(path)))));
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
    for (const path of paths) if (await wasRemoved(tree, path)) return true;
    return false;
  }
}

async function sealMissing(ledger: WritableLedger, tree: KeysTree, scene: DutyScene, missing: OwedWraps["missing"]): Promise<{ readonly wraps: ReadonlyMap<string, Uint8Array>; readonly waiting: readonly Waiting[] }> {
  const seals = new Map<string, { readonly covering: Covering; readonly recipient: Recipient; readonly sessions: HandedOn[] }>();
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
    const keys = sharedSession(one, first).keys.slice(0, count - first);
    for (const recipient of recipients) {
      const path = shareKeyPathOf(ledger.crypto, covering, recipient.to);
      const together = seals.get(path) ?? { covering, recipient, sessions: [] };
      together.sessions.push({ session, first, keys });
      seals.set(path, together);
    }
  }
  const wraps: OwedWrap[] = [];
  for (const [path, { covering, recipient, sessions }] of seals) {
    const approval = { approval: covering.statement.hash, tag: covering.statement.said.tag };
    wraps.push(...wrapsFor(ledger, approval, sessions, recipient, (await presentWraps(tree, [path])).length > 0 || (await wasRemoved(tree, path)) ? "none" : "new"));
  }
  return { wraps: sealWraps(ledger, wraps), waiting };
}

async function wasRemoved({ store, keys }: KeysTree, path: string): Promise<boolean> {
  return keys !== null && (await entryAt(store, keys, tombstonePath(path.slice(path.lastIndexOf("/") + 1)))) !== null;
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
