import { openIdentity } from "../../src/app/identity/open.ts";
import type { WorldContext } from "../../src/cli/world.ts";
import { filesOf } from "../../src/app/lane/tree.ts";
import { toHex, utf8 } from "../../src/domain/bytes.ts";
import type { PersonId, SessionId } from "../../src/domain/ids.ts";
import { wrapPath } from "../../src/format/paths.ts";
import { openShareWrap, partKeysOf, shareKeyId, sharePieces, shareWrapId, type ShareRecipient } from "../../src/format/sharing/share-wrap.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { openSharing, type SharingClone } from "../../src/wire/sharing-clone.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { portsOf, type Colleague } from "./workspace-people.ts";

/** A team that is granted the project: nominated by the administrator, its key made by the first, the others let in by them. */
export async function teamOf(administrator: Colleague, name: string, members: readonly (readonly [Colleague, string])[]): Promise<void> {
  await administrator.hx("team", "create", name);
  await administrator.hx("project", "grant", name);
  for (const [i, [member, called]] of members.entries()) {
    await administrator.hx("team", "nominate", name, called);
    const admitting = i === 0 ? member : (members[0]?.[0] ?? member);
    await admitting.hx("sync");
    await admitting.hx("team", "admit", name, called, "--yes");
  }
  for (const [member] of members) await member.hx("sync");
}

/** The clone as its commands see it. */
export async function sharingOf({ machine, checkout }: Colleague): Promise<SharingClone> {
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  const context: WorldContext = { directory: checkout, passphrase: { ask: async () => null }, progress, signal: new AbortController().signal };
  return openSharing(readSettings(machine.env), context, () => portsOf(machine), "must");
}

export async function personOf({ machine }: Colleague): Promise<PersonId> {
  return (await openIdentity(await portsOf(machine))).person;
}

/** Writes a session with a turn for each text, captures and pushes it. @returns its id */
export async function keeps({ machine, checkout }: Colleague, number: number, turns: readonly string[]): Promise<string> {
  const id = `0a1b2c3d-0000-4000-8000-${String(number).padStart(12, "0")}`;
  await writeQuiet(transcriptPath(machine.home, checkout, id), turns.map((text) => prompt(text, checkout)).join(""));
  await machine.hx(checkout, "capture");
  await machine.hx(checkout, "sync");
  const { sessions } = JSON.parse(await machine.hx(checkout, "list", "--json")) as { readonly sessions: readonly { readonly id: string; readonly title?: string }[] };
  const found = sessions.find(({ title }) => title === turns[0]);
  if (found === undefined) throw new Error(`the session is not among ${JSON.stringify(sessions)}`);
  return found.id;
}

/** A seed of somebody's, with whom it makes them a recipient. */
interface Held {
  readonly to: ShareRecipient;
  readonly seed: Uint8Array;
}

/** Every seed of teams and of their own that a person's clone opens. */
export function heldBy({ acting }: Pick<SharingClone, "acting">): readonly Held[] {
  const own = acting.personKeys.map(({ epoch, seed }) => ({ to: { person: acting.person, epoch }, seed }));
  return [...own, ...acting.teamKeys.map(({ team, epoch, seed }) => ({ to: { team, epoch }, seed }))];
}

/** All wraps that lie here, by path: of a client that keeps what it fetched. */
export async function wrapsIn({ sharing }: Pick<SharingClone, "sharing">): Promise<ReadonlyMap<string, Uint8Array>> {
  const wraps = new Map<string, Uint8Array>();
  for (const { store, keys } of sharing.lanes) {
    if (keys === null) continue;
    for await (const { path, oid } of filesOf(store, keys)) if (path.startsWith("w/")) wraps.set(path, await store.readBlob(oid));
  }
  return wraps;
}

/** With raw primitives, no rule asked: the part keys of a session that these seeds open, among these wraps, hex. */
export function partKeysOpened({ sharing, ledger }: Pick<SharingClone, "sharing" | "ledger">, held: readonly Held[], wraps: ReadonlyMap<string, Uint8Array>, session: string): readonly string[] {
  const { crypto, repo } = ledger;
  const keys = new Set<string>();
  for (const given of sharing.sharing.approvals.values()) {
    for (const { statement, parts } of given.covered.get(session as SessionId) ?? []) {
      for (const { to, seed } of held) {
        for (const first of sharePieces(parts)) {
          const wrap = wraps.get(wrapPath(shareWrapId(crypto.hashes, statement.said.tag, parts.session, to, first)));
          const shareKey = wraps.get(wrapPath(shareKeyId(crypto.hashes, statement.said.tag, to)));
          const plain = wrap === undefined ? null : openShareWrap(crypto, seed, { repo, approval: statement.hash, session: parts.session, first }, wrap, shareKey);
          if (plain !== null) for (const [, key] of partKeysOf(parts, { first, plaintext: plain })) keys.add(toHex(key));
        }
      }
    }
  }
  return [...keys];
}

/** What a person's clone opens of a session now, after a sync. */
export async function opensNow(person: Colleague, session: string): Promise<readonly string[]> {
  const here = await sharingOf(person);
  return partKeysOpened(here, heldBy(here), await wrapsIn(here), session);
}

/** The newest time that a person's device has ever seen here, ms since 1970: as if their clock had gone on. */
export async function hasSeen(person: Colleague, now: number): Promise<void> {
  const { ledger } = await sharingOf(person);
  await ledger.trust.write("clock", utf8(String(now)));
}
