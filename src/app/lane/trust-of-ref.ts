import { toHex } from "../../domain/bytes.ts";
import type { LaneId, Oid } from "../../domain/ids.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { openHeader } from "./verify-lane.ts";
import type { LaneTrust } from "./trust.ts";

/**
 * What stands at a ref of a host that lets nothing in without judging it: the ref itself is the last good state.
 * @param whole with the hashes of all headers, for which the whole lane is read; else only that of the newest
 * @throws HxError of whatever is wrong with a header
 */
export async function trustOfRef(store: ObjectReader, crypto: Crypto, lane: LaneId, oid: Oid, whole: boolean): Promise<LaneTrust> {
  const { commit, header, envelope } = await openHeader(store, { crypto }, lane, oid);
  const hash = toHex(crypto.hashes.h(envelope));
  const chain: string[] = [];
  chain[header.seq] = hash;
  for (let at = commit.parents[0]; whole && at !== undefined; ) {
    const before = await openHeader(store, { crypto }, lane, at);
    chain[before.header.seq] = toHex(crypto.hashes.h(before.envelope));
    at = before.commit.parents[0];
  }
  return { oid, seq: header.seq, hash, day: commit.day, level: header.level, eraser: toHex(header.eraser), epoch: header.certificate.epoch, headN: header.head.n, chain };
}
