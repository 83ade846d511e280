import { isHxError, type ErrorCode } from "../../domain/errors.ts";
import type { SessionId } from "../../domain/ids.ts";
import type { Manifest } from "../../format/manifest.ts";
import type { PrivateFacts } from "../../format/private-block.ts";
import { SessionIndexes } from "../capture/session-index.ts";
import { erasedIn } from "../lane/erased.ts";
import { kindOf } from "../lane/manifests.ts";
import type { Ledger } from "../ledger.ts";
import type { Author } from "../read/author-keys.ts";
import { sessionsOf, type LaneSource } from "../read/lane-source.ts";
import { ownFacts } from "../read/open-session.ts";
import type { Catalog } from "./catalog.ts";

export type ListedSession =
  | { readonly state: "kept" | "waiting"; readonly session: SessionId; readonly kind: Kind; readonly facts: PrivateFacts; readonly parts: number; readonly lane?: string }
  | { readonly state: "locked" | "unreadable" | "erased"; readonly session: SessionId; readonly kind: Kind; readonly parts: number; readonly code?: ErrorCode };

type Kind = Manifest["kind"];

/**
 * The author's sessions: those of their lanes, and those that are captured here and not published yet.
 * Of several captures of one session of an agent, the fullest is listed. Redacted copies are no captures: each is listed by itself.
 */
export async function listSessions(ledger: Ledger, author: Author | null, sources: readonly LaneSource[], catalog: Catalog | null): Promise<readonly ListedSession[]> {
  return fullest(await allSessions(ledger, author, sources, catalog));
}

/** As `listSessions`, every capture by itself, in no order. */
export async function allSessions(ledger: Ledger, author: Author | null, sources: readonly LaneSource[], catalog: Catalog | null): Promise<readonly ListedSession[]> {
  const listed: ListedSession[] = [];
  for (const source of sources) {
    const isGone = await erasedIn(ledger, source);
    for (const session of await sessionsOf(source)) listed.push((await isGone(session)) ? await erasedRow(ledger, source, session, catalog) : await listOne(ledger, author, source, session, catalog));
  }
  await catalog?.save();
  return [...listed, ...(await waiting(ledger, new Set(listed.map(({ session }) => session))))];
}

async function erasedRow(ledger: Ledger, source: LaneSource, session: SessionId, catalog: Catalog | null): Promise<ListedSession> {
  await catalog?.forget(source, session);
  return { state: "erased", session, kind: await kindOrOriginal(ledger, source, session), parts: 0 };
}

async function listOne(ledger: Ledger, author: Author | null, source: LaneSource, session: SessionId, catalog: Catalog | null): Promise<ListedSession> {
  if (author === null) return { state: "locked", session, kind: await kindOrOriginal(ledger, source, session), parts: 0 };
  try {
    const known = await catalog?.get(source, session);
    const own = known ?? (await ownFacts(ledger, author, source, session));
    if (known === null || known === undefined) await catalog?.put(source, session, own);
    return { state: "kept", session, ...own, lane: source.lane };
  } catch (error) {
    if (!isHxError(error)) throw error;
    const locked = error.code === "not-recipient" || error.code === "no-key";
    return { state: locked ? "locked" : "unreadable", session, kind: await kindOrOriginal(ledger, source, session), parts: 0, code: error.code };
  }
}

/** A session whose manifest is damaged is shown rather than hidden. */
async function kindOrOriginal(ledger: Ledger, { store, publicKey, tree }: LaneSource, session: SessionId): Promise<Kind> {
  try {
    return await kindOf(store, ledger, publicKey, tree, session);
  } catch (error) {
    if (isHxError(error)) return "original";
    throw error;
  }
}

/** Sessions that are staged, or closed and not published. The device may know them without a passphrase: they are its own agents' files. */
async function waiting(ledger: Ledger, published: ReadonlySet<SessionId>): Promise<ListedSession[]> {
  const indexes = await new SessionIndexes(ledger.work, ledger.crypto.hashes).allBut(published);
  return indexes
    .filter(({ bytes }) => bytes > 0)
    .map((index) => ({
      state: "waiting",
      session: index.session,
      kind: "original",
      parts: 0,
      facts: { ...index.facts, agent: index.agent, id: index.id, bytes: index.bytes, files: Object.keys(index.files).length },
    }));
}

function fullest(listed: readonly ListedSession[]): readonly ListedSession[] {
  const best = new Map<string, ListedSession>();
  for (const row of listed) {
    const key = row.kind === "original" && "facts" in row ? `${row.facts.agent}\0${row.facts.id}` : row.session;
    const other = best.get(key);
    if (other === undefined || sizeOf(row) > sizeOf(other)) best.set(key, row);
  }
  return [...best.values()].sort((a, b) => timeOf(b) - timeOf(a) || (a.session < b.session ? -1 : 1));
}

const sizeOf = (row: ListedSession): number => ("facts" in row ? (row.facts.bytes ?? 0) : 0);
const timeOf = (row: ListedSession): number => ("facts" in row ? (row.facts.last ?? row.facts.first ?? 0) : 0);
