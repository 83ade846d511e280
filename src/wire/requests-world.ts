import { gitHistory } from "../adapters/git/history.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { askWhat } from "../app/sharing/ask-what.ts";
import { authorOfCommit, authorOfLane, isAnswered, isProven } from "../app/sharing/ask-whom.ts";
import { findRequest, requestName } from "../app/sharing/find-request.ts";
import { teamThatMayAsk } from "../app/sharing/may-ask.ts";
import { readSharing } from "../app/sharing/read-sharing.ts";
import { checkReason, denial, openTwin, request, withdrawal, type NewRequest } from "../app/sharing/request.ts";
import { answersFor, requestNotice, stateShown, waitingRequests } from "../app/sharing/requests.ts";
import type { SealedStatement } from "../app/sharing/seal-statement.ts";
import { WaitingNotes } from "../app/sharing/waiting-note.ts";
import { NO_ADDITIONS } from "../app/publish/additions.ts";
import { called, type Entry } from "../app/workspace/directory.ts";
import type { WorldContext } from "../cli/world.ts";
import type { Answered, Asked, Asking, RequestRow, RequestsWorld } from "../cli/world-requests.ts";
import { HxError } from "../domain/errors.ts";
import type { PersonId, ProjectId } from "../domain/ids.ts";
import type { RequestRecord } from "../domain/sharing/sharing.ts";
import type { Settings } from "./settings.ts";
import { named } from "./team-shown.ts";
import { openSharing, sayHere, speakingLane, type SharingClone } from "./sharing-clone.ts";

type Ports = () => Promise<IdentityPorts>;

export function requestsWorld(settings: Settings, context: WorldContext, ports: Ports): RequestsWorld {
  const open = (): Promise<SharingClone> => openSharing(settings, context, ports, "must");
  return {
    async ask(wanted) {
      checkReason(wanted.reason);
      return ask(await open(), settings, context, wanted);
    },
    async withdraw(text) {
      const here = await open();
      const { sharing, acting } = knowledge(here);
      const record = findRequest(sharing, text);
      const name = requestName(sharing, record.request.hash);
      if (record.request.said.person !== acting.person) throw new HxError("refused", `request '${name}' is not yours to withdraw`, { hints: [`hx deny ${name}`] });
      if (record.state === "approved") throw new HxError("refused", `request '${name}' was approved already: only the author takes that back`, { hints: ["hx requests"] });
      if (record.withdrawals.length > 0) return { row: rowOf(here, record), already: true };
      return answered(here, record, withdrawal(speakingLane(here), here.state.chain.state, acting, record), context);
    },
    async deny(text, reason) {
      if (reason !== undefined) checkReason(reason);
      const here = await open();
      const { sharing, acting } = knowledge(here);
      const record = findRequest(sharing, text);
      const name = requestName(sharing, record.request.hash);
      if (record.request.said.to !== acting.person) throw new HxError("refused", `request '${name}' goes to ${called(acting.directory.person(record.request.said.to))}, and only they can deny it`, { hints: ["hx requests"] });
      if (record.state === "approved") throw new HxError("refused", `request '${name}' was approved already`, { hints: ["hx shares", "hx revoke <approval>"] });
      if (record.denials.length > 0) return { row: rowOf(here, record), already: true };
      return answered(here, record, denial(speakingLane(here), here.state.chain.state, acting, record, reason), context);
    },
    async list({ all }) {
      const here = await openSharing(settings, context, ports, "try");
      const { sharing, acting, state } = knowledge(here);
      const waiting = waitingRequests(state, sharing, acting.person);
      const notes = new WaitingNotes(here.ledger.work, acting.person);
      await notes.write(waiting, here.synced === null || here.synced.push.kind === "unreachable" ? undefined : here.ledger.clock.now());
      await notes.told();
      const newest = [...sharing.requests.values()].toSorted((a, b) => b.request.said.at - a.request.said.at || (a.request.hash < b.request.hash ? -1 : 1));
      const asked = newest.filter(({ request: { said } }) => said.person === acting.person).map((record) => rowOf(here, record));
      const settled = newest.filter((record) => !waiting.includes(record) && record.request.said.person !== acting.person && answersFor(state, acting.person, record.request.said.to));
      return {
        inbox: waiting.map((record) => rowOf(here, record)),
        asked: all ? asked : asked.filter((row) => row.state !== "withdrawn"),
        settled: all ? settled.map((record) => rowOf(here, record)) : [],
        incomplete: here.sharing.problems.length > 0,
        ...(here.synced === null ? { offline: `'${here.remote}' was not reached` } : here.synced.push.kind === "unreachable" ? { offline: here.synced.push.reason } : {}),
      };
    },
  };
}

function knowledge({ sharing, acting, state }: SharingClone) {
  return { sharing: sharing.sharing, acting, state: state.chain.state };
}

async function ask(here: SharingClone, settings: Settings, context: WorldContext, wanted: Asking): Promise<Asked> {
  const { ledger, clone } = here;
  const { sharing, acting, state } = knowledge(here);
  const { directory } = acting;
  const projects = [...here.state.effective.connection.paths.values()].filter((project): project is ProjectId => project !== null);
  const team = teamThatMayAsk(state, acting, { repo: ledger.repo, projects }, wanted.team);
  const history = gitHistory({ env: settings.env }, clone.repository.checkout);
  const what = await askWhat(history, here.sharing.lanes, context.directory, wanted.what);
  const chosen = wanted.to === undefined ? null : directory.findPerson(wanted.to);
  const author = what.kind === "commit" ? (chosen ?? authorOfCommit(state, directory, what.commit)) : authorOfSession(here, what.source, chosen, wanted.what);
  if (author.id === acting.person) {
    const isCommit = what.kind === "commit";
    const mine = isCommit ? `'${wanted.what}' is of a commit of your own` : `session '${wanted.what}' is yours`;
    throw new HxError("refused", chosen === null ? `${mine}: there is nobody to ask` : "that is you: there is nobody to ask", { hints: [isCommit ? "hx list" : `hx show ${wanted.what}`] });
  }
  if (!isAnswered(state, author.id)) throw new HxError("refused", `${called(author)} is no member any more, and signed no succession: nobody can approve`, { hints: ["hx member list"] });
  const fresh: NewRequest = { to: author.id, team: team.id, about: what.about, reason: wanted.reason, ...(wanted.turns === undefined ? {} : { turns: wanted.turns }) };
  const twin = openTwin(sharing, acting.person, fresh);
  if (twin !== null) {
    const name = requestName(sharing, twin.request.hash);
    throw new HxError("exists", `you asked for that already, with request '${name}', which is open`, { hints: ["hx requests", `hx request --withdraw ${name}`] });
  }
  const sealed = request(speakingLane(here), state, acting, fresh);
  const after = await said(here, sealed, context);
  const record = findRequest(after.sharing.sharing, `r${sealed.hash}`);
  const successor = state.persons.get(author.id)?.state === "living" ? undefined : state.persons.get(author.id)?.succession?.team;
  return {
    row: rowOf(after, record),
    ...(what.kind === "commit" ? { proven: isProven(what.commit) } : { known: what.source !== null }),
    ...(successor === undefined ? {} : { successor: named(directory.team(successor)) }),
  };
}

/** Whom a session belongs to is sealed: only what an approval showed, or who asks, says it. */
function authorOfSession(here: SharingClone, source: Parameters<typeof authorOfLane>[3] | null, chosen: Entry<PersonId> | null, text: string): Entry<PersonId> {
  const { directory } = here.acting;
  const known = source === null ? null : authorOfLane(here.ledger, here.state.chain.state, here.sharing, source);
  if (known !== null && chosen !== null && known !== chosen.id) throw new HxError("refused", `session '${text}' is of ${called(directory.person(known))}, not of ${called(chosen)}`, { hints: ["leave out --to"] });
  if (chosen !== null) return chosen;
  if (known !== null) return directory.person(known);
  throw new HxError("answer-needed", `nothing here shows whose session '${text}' is`, { hints: ["name the author with --to <person>"] });
}

async function answered(here: SharingClone, { request: { hash } }: RequestRecord, sealed: SealedStatement, context: WorldContext): Promise<Answered> {
  const after = await said(here, sealed, context);
  return { row: rowOf(after, findRequest(after.sharing.sharing, `r${hash}`)), already: false };
}

/** @returns the clone as it is with the statement in it. @throws HxError `remote-failed` unless the remote says that it has it */
async function said(here: SharingClone, { items }: SealedStatement, context: WorldContext): Promise<SharingClone> {
  context.progress.phase(`pushing to ${here.remote}`);
  const spoken = await sayHere(here, { ...NO_ADDITIONS, items }, context.signal);
  if (spoken.kind !== "acknowledged") {
    const what = spoken.published ? "it is kept here and goes out with the next push" : "nothing was said";
    throw new HxError("remote-failed", `'${here.remote}' did not take it (${spoken.reason}): ${what}`, { hints: [spoken.published ? "hx sync" : "hx doctor"] });
  }
  const { state } = here.state.chain;
  const sharing = await readSharing(here.ledger, state, here.acting);
  await new WaitingNotes(here.ledger.work, here.acting.person).write(waitingRequests(state, sharing.sharing, here.acting.person), here.ledger.clock.now());
  return { ...here, sharing };
}

function rowOf(here: SharingClone, record: RequestRecord): RequestRow {
  const { sharing, acting, state } = knowledge(here);
  const { said: request_, hash } = record.request;
  const { directory, person } = acting;
  const denied = record.denials[0];
  const waits = record.state === "open" && answersFor(state, person, request_.to);
  return {
    id: hash,
    name: requestName(sharing, hash),
    state: stateShown(sharing, record, here.now),
    from: named(directory.person(request_.person)),
    to: named(directory.person(request_.to)),
    team: named(directory.team(request_.team)),
    about: request_.about,
    ...(request_.turns === undefined ? {} : { turns: request_.turns }),
    reason: request_.reason,
    at: request_.at,
    ...(denied === undefined ? {} : { denial: { at: denied.said.at, ...(denied.said.reason === undefined ? {} : { reason: denied.said.reason }) } }),
    ...(waits ? { command: requestNotice(sharing, acting, record).command } : {}),
  };
}
