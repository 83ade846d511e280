import { concat, sameBytes, toHex } from "./bytes.ts";
import { codeOf, demand } from "./errors.ts";
import { decompressPart } from "./decompress.ts";
import type { KeysRef } from "./keys-ref.ts";
import { authorWrapId, commitment, partKeyOf } from "./key-tree.ts";
import type { VerifiedLane } from "./lane.ts";
import type { PartRecord } from "./part-record.ts";
import { type PrivateFacts, openPrivateBlock } from "./private-block.ts";
import { openSegment } from "./segment.ts";
import { type SessionFile, SessionFiles } from "./session-files.ts";
import { type ClosedSession, folderOf } from "./session-parts.ts";
import { openWrap } from "./wrap.ts";

/** Whose keys are tried: a person and the seeds of their person key by epoch. */
export interface Reader {
  person: Uint8Array;
  seeds: Uint8Array[];
}

/** A session that was opened. */
export interface OpenedSession {
  lane: string;
  session: string;
  facts: PrivateFacts;
  files: SessionFile[];
}

/** Opens a session; undefined if a key of it is not for this reader, or was erased. */
export async function openSession(
  lane: VerifiedLane, keys: KeysRef, session: ClosedSession, reader: Reader,
): Promise<OpenedSession | undefined> {
  const chains = new Map<number, Uint8Array>();
  for (const { chain, commit } of session.parts.filter((part) => part.chain === part.n)) {
    const first = openChain(lane, keys, session.id, chain, commit, reader);
    if (first === undefined) return undefined;
    chains.set(chain, first);
  }
  const files = new SessionFiles();
  let facts: PrivateFacts | undefined;
  for (const part of session.parts) {
    const first = chains.get(part.chain);
    demand(first !== undefined, "lane-invalid", "a part of a chain without a start");
    const key = partKeyOf(first, part.chain, part.n);
    demand(sameBytes(commitment(key, session.id, part.n), part.commit), "lane-invalid", "the key of a part is another");
    facts = openPrivateBlock(part.priv, key, { repo: lane.header.repo, session: session.id, n: part.n });
    files.addPart(await openPart(lane, session.id, part, key));
  }
  demand(facts !== undefined, "lane-invalid", "a session without parts");
  return { lane: lane.id, session: toHex(session.id), facts, files: files.list() };
}

/** `C[0]` of the chain that starts at a part. */
function openChain(
  lane: VerifiedLane, keys: KeysRef, session: Uint8Array, chain: number, commit: Uint8Array, reader: Reader,
): Uint8Array | undefined {
  const wrap = keys.wraps.get(toHex(authorWrapId(session, chain)));
  if (wrap === undefined) return undefined;
  for (let epoch = reader.seeds.length - 1; epoch >= 0; epoch--) {
    const seed = reader.seeds[epoch];
    if (seed === undefined) continue;
    try {
      return openWrap(wrap, seed, {
        purpose: "author", repo: lane.header.repo, session, commit, person: reader.person, epoch,
      });
    } catch (error) {
      if (codeOf(error) !== "not-recipient") throw error;
    }
  }
  return undefined;
}

async function openPart(lane: VerifiedLane, session: Uint8Array, part: PartRecord, key: Uint8Array): Promise<Uint8Array> {
  const contents = part.segments.map(({ number }) => {
    const blob = lane.files.get(`${folderOf(toHex(session))}${number}`);
    demand(blob !== undefined, "lane-invalid", `segment ${number}`);
    return openSegment(blob, key, { repo: lane.header.repo, session, part: part.n, segment: number });
  });
  return concat(...(await decompressPart(contents)));
}
