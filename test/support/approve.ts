import { openOwnSession } from "../../src/app/read/open-session.ts";
import { ownTies } from "../../src/app/sharing/read-sharing.ts";
import { audienceRecipients, personRecipient } from "../../src/app/sharing/recipients.ts";
import { saidBy, sealStatement } from "../../src/app/sharing/seal-statement.ts";
import { findSession } from "../../src/app/sessions/find-session.ts";
import type { WorldContext } from "../../src/cli/world.ts";
import { toHex } from "../../src/domain/bytes.ts";
import type { PersonId, SessionId } from "../../src/domain/ids.ts";
import type { Approval, Revocation, StatementHash } from "../../src/domain/sharing/statement.ts";
import { wrapPath } from "../../src/format/paths.ts";
import { cutPartKeys, shareContext, shareWrapId } from "../../src/format/sharing/share-wrap.ts";
import { openSharing, sayHere, speakingLane, type SharingClone } from "../../src/wire/sharing-clone.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { portsOf, type Colleague } from "./workspace-people.ts";

/** What of an approval is not as usual. */
export interface ApprovalChoices {
  readonly expires?: number;
  readonly members?: readonly Colleague[];
  /** Parts `first` to `count - 1`; all of them when absent. */
  readonly first?: number;
  readonly count?: number;
  /** Whose session it claims to be. */
  readonly author?: PersonId;
}

/** A person's clone after a sync, with all that lanes say of sharing. */
export function sharingOf({ machine, checkout }: Colleague, network: "must" | "none" = "must"): Promise<SharingClone> {
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  const context: WorldContext = { directory: checkout, passphrase: { ask: async () => null }, progress, signal: new AbortController().signal };
  return openSharing(readSettings(machine.env), context, () => portsOf(machine), network);
}

/** Approves one session of the person's for a team: the statement, and a wrap of its part keys. Pushed. In process. */
export async function approve(by: Colleague, text: string, team: string, choices: ApprovalChoices = {}): Promise<StatementHash> {
  const here = await sharingOf(by);
  const own = speakingLane(here);
  const { acting, ledger } = here;
  const { state } = here.state.chain;
  const teamId = acting.directory.findTeam(team).id;
  const author = { person: acting.person, keys: acting.personKeys };
  const { source, session } = await findSession(ledger, author, await here.mine(), text);
  const { parts, keys } = await openOwnSession(ledger, author, source, session);
  const tie = ownTies(state, acting, here.sharing).get(toHex(source.publicKey));
  if (tie === undefined) throw new Error("no tie");
  const first = choices.first ?? 0;
  const count = choices.count ?? parts.parts.length;
  const last = parts.chain[count - 1];
  if (last === undefined) throw new Error("no such part");
  const members = choices.members === undefined ? null : await Promise.all(choices.members.map(async (one) => (await sharingOf(one)).acting.person));
  const audience = members === null ? "team" : members.toSorted();
  const recipients = audienceRecipients(state, teamId, audience);
  const tag = own.crypto.random.bytes(32);
  const statement: Approval = {
    kind: "approval",
    ...saidBy(own, acting),
    author: choices.author ?? acting.person,
    team: teamId,
    epoch: (state.teams.get(teamId)?.keys.length ?? 0) - 1,
    audience,
    ...(choices.expires === undefined ? {} : { expires: choices.expires }),
    follow: false,
    tag,
    ties: [tie],
    sessions: [{ session, tie: 0, first, count, last }],
  };
  const me = personRecipient(state, acting.person).key;
  const { hash, items } = sealStatement(own, acting, statement, recipients.map(({ key }) => [key, me] as const));
  const shared = parts.parts.slice(first, count).map(({ n }) => keys.get(n) ?? new Uint8Array(0));
  const wraps = recipients.flatMap(({ to, key }) =>
    cutPartKeys(first, shared).map((piece): [string, Uint8Array] => [
      wrapPath(shareWrapId(own.crypto.hashes, tag, session, to, piece.first)),
      own.crypto.wrapper.wrap(key, shareContext({ repo: own.repo, approval: hash, session, first: piece.first }), piece.plaintext),
    ]),
  );
  await said(here, { items, wraps: new Map(wraps), removed: [] });
  return hash;
}

/** States a revocation. Leaves the wraps where they are: what an honest client refuses then, it refuses for the statement. */
export async function revoke(by: Colleague, approval: StatementHash): Promise<void> {
  const here = await sharingOf(by);
  const own = speakingLane(here);
  const given = here.sharing.sharing.approvals.get(approval);
  if (given === undefined) throw new Error("no such approval");
  const { state } = here.state.chain;
  const { author, team, audience } = given.first.said;
  const statement: Revocation = { kind: "revocation", ...saidBy(own, here.acting), author, approval };
  const me = personRecipient(state, here.acting.person).key;
  const { items } = sealStatement(own, here.acting, statement, audienceRecipients(state, team, audience).map(({ key }) => [key, me] as const));
  await said(here, { items, wraps: new Map(), removed: [] });
}

/** The access entries of a session that its author knows of, oldest first. */
export async function entriesOf(author: Colleague, session: string): Promise<readonly { readonly person: PersonId; readonly session: SessionId; readonly until: number }[]> {
  const { sharing } = (await sharingOf(author)).sharing;
  return [...sharing.accesses.values()].map(({ access: { said: entry } }) => ({ person: entry.person, session: entry.session, until: entry.until })).filter((entry) => entry.session === session);
}

async function said(here: SharingClone, additions: Parameters<typeof sayHere>[1]): Promise<void> {
  const spoken = await sayHere(here, additions, new AbortController().signal);
  if (spoken.kind !== "acknowledged") throw new Error(spoken.reason);
}
