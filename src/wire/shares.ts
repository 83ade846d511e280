import type { IdentityPorts } from "../app/identity/ports.ts";
import { shortApproval } from "../app/sharing/choose-own.ts";
import { dutiesOf, owedElsewhere, sceneOf } from "../app/sharing/duties.ts";
import { requestName } from "../app/sharing/find-request.ts";
import { isAuthor } from "../app/sharing/wrap-duties.ts";
import { called } from "../app/workspace/directory.ts";
import type { GivenShare, ReceivedShare, SharesReport, WaitingShare } from "../cli/world-share.ts";
import type { WorldContext } from "../cli/world.ts";
import { hears } from "../domain/sharing/contradiction.ts";
import { standing, type GivenApproval } from "../domain/sharing/sharing.ts";
import { isTeamMember } from "../domain/workspace/state.ts";
import { inputOf, olderLanes, waitingShare } from "./duties.ts";
import type { Settings } from "./settings.ts";
import { openSharing, type SharingClone } from "./sharing-clone.ts";

/** `hx shares`: what was given and received, newest first, and what waits. Nothing is written. */
export async function sharesHere(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>): Promise<SharesReport> {
  const here = await openSharing(settings, context, ports, "try");
  const { acting, sharing, ledger } = here;
  const { state } = here.state.chain;
  const { authors } = sceneOf(ledger, inputOf(here));
  const all = [...sharing.sharing.approvals.values()].toSorted((a, b) => b.first.said.at - a.first.said.at || (a.first.hash < b.first.hash ? -1 : 1));
  const given = all.filter(({ first }) => isAuthor(authors, first.said.author));
  const received = all.filter(({ first: { said } }) => !isAuthor(authors, said.author) && isTeamMember(state, said.team, acting.person) && hears(said.audience, acting.person));
  return { given: given.map((one) => givenShare(here, one)), received: received.map((one) => receivedShare(here, one)), waiting: await waiting(here), fresh: here.synced !== null };
}

function share({ acting, now }: SharingClone, given: GivenApproval): Omit<ReceivedShare, "author"> {
  const { hash, said } = given.first;
  return {
    id: shortApproval(hash),
    team: called(acting.directory.team(said.team)),
    state: standing(given, now),
    sessions: [...given.covered.keys()],
    at: said.at,
    follow: said.follow,
    ...(given.ends === undefined ? {} : { expires: given.ends }),
  };
}

function givenShare(here: SharingClone, given: GivenApproval): GivenShare {
  const { said, hash } = given.first;
  const { directory } = here.acting;
  return {
    ...share(here, given),
    audience: said.audience === "team" ? said.audience : said.audience.map((person) => called(directory.person(person))),
    revokedSessions: given.revoked === "all" ? [...given.covered.keys()] : [...given.revoked],
    reads: [...here.sharing.sharing.accesses.values()].filter(({ access }) => access.said.approval === hash).length,
    ...(said.request === undefined ? {} : { request: requestName(here.sharing.sharing, said.request) }),
  };
}

function receivedShare(here: SharingClone, given: GivenApproval): ReceivedShare {
  return { ...share(here, given), author: called(here.acting.directory.person(given.first.said.author)) };
}

async function waiting(here: SharingClone): Promise<readonly WaitingShare[]> {
  if (here.own === null) return [];
  const input = inputOf(here);
  const owed = await dutiesOf(here.own, input);
  const written = [here.own.lane.id, ...(await olderLanes(here)).map(({ lane }) => lane.id)];
  const elsewhere = await owedElsewhere(here.own, here.sharing.lanes, sceneOf(here.own, input), written);
  const next: WaitingShare[] = owed.rewrapped + owed.removed + owed.followed === 0 ? [] : [{ id: "", kind: "rewrap", why: "wraps and new parts are ready to be sealed or removed", fix: "hx sync" }];
  const others = elsewhere.map(({ given, wraps }): WaitingShare => ({ id: shortApproval(given.first.hash), kind: "other-device", why: `${wraps === 1 ? "1 wrap lies" : `${wraps} wraps lie`} in a lane of another device of yours until that syncs` }));
  return [...next, ...owed.waiting.map(waitingShare), ...others];
}
