import { join } from "node:path";
import { fileTree } from "../adapters/file-tree/file-tree.ts";
import { myEntry } from "../app/export-me/my-entry.ts";
import { myStatements } from "../app/export-me/my-statements.ts";
import { policyVersions } from "../app/export-me/policy-versions.ts";
import { shownTo } from "../app/policy/seen.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import type { LaneSource } from "../app/read/lane-source.ts";
import { fetchSegments, openOwnSession, type OpenedSession } from "../app/read/open-session.ts";
import { Catalog } from "../app/sessions/catalog.ts";
import { allSessions, type ListedSession } from "../app/sessions/list-sessions.ts";
import { rawSession } from "../app/sessions/raw-session.ts";
import { viewSession } from "../app/sessions/view-session.ts";
import { shortApproval } from "../app/sharing/choose-own.ts";
import { readLog } from "../app/sharing/log.ts";
import { called } from "../app/workspace/directory.ts";
import type { ExportedMe, MeTexts, MyPolicy, MySession } from "../cli/world-export-me.ts";
import type { WorldContext, WrittenFile } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import { standing } from "../domain/sharing/sharing.ts";
import { agentNamed } from "./agents.ts";
import { rowOf } from "./log-world.ts";
import { writeTexts } from "./reading-world.ts";
import type { Settings } from "./settings.ts";
import { openSharing, type SharingClone } from "./sharing-clone.ts";
import { newestTrust } from "./status.ts";

/**
 * `hx export --me`. What others share with the person is listed and not opened, so nobody's log gets an entry.
 * @param directory absolute; absent or empty
 */
export async function exportMe(settings: Settings, context: WorldContext, ports: () => Promise<IdentityPorts>, directory: string, options: { readonly offline: boolean }, texts: MeTexts): Promise<ExportedMe> {
  if (!(await fileTree().isEmptyOrAbsent(directory))) throw new HxError("exists", `'${directory}' is not empty`);
  const here = await openSharing(settings, context, ports, options.offline ? "none" : "try");
  await fileTree().makePrivate(directory);
  const closed: ExportedMe["closed"][number][] = [];
  const sessions = await writeSessions(settings, context, here, directory, texts, closed, options.offline);
  const policies = await writePolicies(here, directory);
  const whole: ExportedMe = { directory, ...(await about(here)), sessions: sessions.toSorted((a, b) => (b.last ?? 0) - (a.last ?? 0) || (a.id < b.id ? -1 : 1)), closed: [...closed, ...unread(here)], policies: policies.shown, files: [...sessions.flatMap(({ files }) => files), ...policies.files] };
  return { ...whole, files: [...whole.files, ...(await writeTexts(directory, texts.whole(whole)))] };
}

async function about(here: SharingClone): Promise<Omit<ExportedMe, "directory" | "sessions" | "closed" | "policies" | "files">> {
  const { ledger, acting, clone, now, remote, synced, sharing } = here;
  const { chain } = here.state;
  const [mine, given] = [await readLog(here, { given: false }), await readLog(here, { given: true })];
  const verified = await newestTrust(clone, ledger);
  return {
    made: now,
    workspace: ledger.workspace,
    repo: ledger.repo,
    known: { statement: chain.state.head.n, remote, asked: synced !== null, ...(verified === undefined ? {} : { verified }) },
    me: myEntry(ledger.crypto.hashes, chain, acting.directory, acting.person),
    lanes: (await here.mine()).map(({ lane }) => lane),
    log: mine.entries.map((entry) => rowOf(entry, acting.person)),
    given: given.entries.map((entry) => rowOf(entry, acting.person)),
    logWarnings: [...mine.gone.map(({ lane, id }) => `entry '${id}' of lane '${lane}' was seen and is gone`), ...mine.unread.map(({ lane, error }) => `the newest entries of lane '${lane}' could not be read: ${error.message}`)],
    statements: myStatements(sharing.believed, acting.person),
    received: received(here),
  };
}

function received({ acting, sharing, now }: SharingClone): ExportedMe["received"] {
  return [...sharing.sharing.approvals.values()].flatMap((given) => {
    const { hash, said } = given.first;
    if (said.author === acting.person) return [];
    const { directory } = acting;
    return [{ approval: shortApproval(hash), author: called(directory.person(said.author)), team: called(directory.team(said.team)), state: standing(given, now), at: said.at, sessions: [...given.covered.keys()] }];
  });
}

/** Statements that opened and are not believed. */
function unread({ sharing }: SharingClone): ExportedMe["closed"] {
  return sharing.disbelieved.map(({ place, why }) => ({ code: "item-invalid", why: `a statement in header ${place.seq} of lane '${place.lane}' is not believed: ${why}` }));
}

async function writeSessions(settings: Settings, context: WorldContext, here: SharingClone, directory: string, texts: MeTexts, closed: ExportedMe["closed"][number][], offline: boolean): Promise<readonly MySession[]> {
  const { ledger, acting, clone, remote } = here;
  const author = { person: acting.person, keys: acting.personKeys };
  const sources = await here.mine();
  const byLane = new Map<string, LaneSource>(sources.map((source) => [source.lane, source]));
  const opened: OpenedSession[] = [];
  for (const row of await allSessions(ledger, author, sources, new Catalog(ledger, author))) {
    const source = "facts" in row && row.lane !== undefined ? byLane.get(row.lane) : undefined;
    if (source === undefined) closed.push({ session: row.session, ...whyClosed(row) });
    else await noting(closed, row.session, async () => void opened.push(await openOwnSession(ledger, author, source, row.session)));
  }
  // Without the remote, what is here is written; what is not names itself below.
  if (!offline && here.synced !== null) await fetchSegments(ledger, opened, { remote: clone.remote, url: remote, options: { signal: context.signal } });
  const sessions: MySession[] = [];
  for (const one of opened) {
    context.progress.phase(`writing session ${one.session.slice(0, 8)}`);
    await noting(closed, one.session, async () => void sessions.push(await writeSession(settings, here, directory, texts, closed, one)));
  }
  return sessions;
}

async function writeSession(settings: Settings, { ledger }: SharingClone, directory: string, texts: MeTexts, closed: ExportedMe["closed"][number][], opened: OpenedSession): Promise<MySession> {
  const { session, facts, parts } = opened;
  const below = `sessions/${session}`;
  const raw = await rawSession(ledger, fileTree(), opened, join(directory, below, "files"));
  const agent = await agentNamed(settings, facts.agent);
  const written: WrittenFile[] = raw.map(({ path, bytes }) => ({ path: `${below}/files/${path}`, bytes }));
  if (agent === null) closed.push({ session, code: "too-new", why: `its files are there as they are: this hx does not know the agent '${facts.agent}'` });
  else {
    await noting(closed, session, async () => {
      const { view, omitted } = await viewSession(ledger, agent, opened);
      const rendered = texts.session({ id: session, access: { class: "own" }, view, unreadable: [], omittedBytes: omitted });
      written.push(...(await writeTexts(join(directory, below), rendered)).map(({ path, bytes }) => ({ path: `${below}/${path}`, bytes })));
    });
  }
  const { title, first, last, source } = facts;
  return {
    id: session,
    copy: parts.manifest.kind === "redacted",
    ...(source === undefined ? {} : { source }),
    agent: facts.agent,
    ...(title === undefined ? {} : { title }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    omitted: raw.reduce((sum, file) => sum + file.omitted, 0),
    files: written,
  };
}

function whyClosed(row: ListedSession): { readonly code: string; readonly why: string } {
  switch (row.state) {
    case "waiting":
      return { code: "busy", why: "it was captured here and not published yet: hx sync" };
    case "erased":
      return { code: "erased", why: "you erased it" };
    case "locked":
      return { code: row.code ?? "locked", why: "no key of yours opens it here" };
    default:
      return { code: "code" in row ? (row.code ?? "lane-invalid") : "lane-invalid", why: "it could not be read" };
  }
}

async function noting(closed: ExportedMe["closed"][number][], session: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isHxError(error) || error.code === "interrupted" || error.code === "io-failed") throw error;
    closed.push({ session, code: error.code, why: error.message });
  }
}

async function writePolicies(here: SharingClone, directory: string): Promise<{ readonly shown: readonly MyPolicy[]; readonly files: readonly WrittenFile[] }> {
  const shown: MyPolicy[] = [];
  const files: WrittenFile[] = [];
  for (const { version, effective, shown: at, texts } of policyVersions(here.state.chain, await shownTo(here.ledger, here.acting.person))) {
    const written = await writeTexts(join(directory, "policy", String(version)), texts);
    const named = written.map(({ path, bytes }) => ({ path: `policy/${version}/${path}`, bytes }));
    files.push(...named);
    shown.push({ version, effective, ...(at === undefined ? {} : { shown: at }), files: named.map(({ path }) => path) });
  }
  return { shown, files };
}
