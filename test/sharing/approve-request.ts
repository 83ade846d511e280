import { NO_ADDITIONS } from "../../src/app/publish/additions.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import { findRequest } from "../../src/app/sharing/find-request.ts";
import { ownTies } from "../../src/app/sharing/read-sharing.ts";
import { personRecipient, teamRecipient } from "../../src/app/sharing/recipients.ts";
import { saidBy, sealStatement } from "../../src/app/sharing/seal-statement.ts";
import type { WorldContext } from "../../src/cli/world.ts";
import { sessionId } from "../../src/domain/ids.ts";
import { toHex } from "../../src/domain/bytes.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { openSharing, sayHere, speakingLane } from "../../src/wire/sharing-clone.ts";
import { portsOf, type Colleague } from "../support/workspace-people.ts";

/** Says that a request is approved, of a session in the lane of this clone (or of any other, `session`), without the keys: for what others are told of it. */
export async function approveRequest(author: Colleague, name: string, more: { readonly expires?: number } = {}, session?: string): Promise<void> {
  const context: WorldContext = { directory: author.checkout, passphrase: { ask: async () => null }, progress: { phase: () => undefined, warn: () => undefined, done: () => undefined }, signal: new AbortController().signal };
  const here = await openSharing(readSettings(author.machine.env), context, () => portsOf(author.machine), "must");
  const own = speakingLane(here);
  const { state } = here.state.chain;
  const { request } = findRequest(here.sharing.sharing, name);
  const { team } = request.said;
  const { to, key } = teamRecipient(state, team);
  const tie = ownTies(state, here.acting, here.sharing).get(toHex(own.lane.publicKey));
  if (tie === undefined || !("epoch" in to)) throw new Error("no tie");
  const source = here.sharing.lanes.find(({ lane }) => lane === own.lane.id);
  const [first = sessionId("0".repeat(32))] = session !== undefined ? [sessionId(session)] : source === undefined ? [] : await sessionsOf(source);
  const sealed = sealStatement(
    own,
    here.acting,
    { kind: "approval", ...saidBy(own, here.acting), author: here.acting.person, team, epoch: to.epoch, audience: "team", request: request.hash, follow: false, tag: own.crypto.random.bytes(32), ties: [tie], sessions: [{ session: first, tie: 0, first: 0, count: 1, last: own.crypto.random.bytes(32) }], ...more },
    [[key, personRecipient(state, here.acting.person).key]],
  );
  const spoken = await sayHere(here, { ...NO_ADDITIONS, items: sealed.items }, context.signal);
  if (spoken.kind !== "acknowledged") throw new Error(spoken.kind);
}
