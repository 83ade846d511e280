import { fromUtf8, toHex, utf8 } from "../../domain/bytes.ts";
import type { Oid } from "../../domain/ids.ts";
import type { Ledger } from "../ledger.ts";

/** What a remote acknowledged last. A note for `status`, and for leases; not for trust. */
export interface Pushed {
  readonly head: Oid | null;
  /** ms since 1970. */
  readonly at: number;
}

/** @param head of this clone's lane, as it was before the push: another process may have gone on meanwhile */
export async function writePushed(ledger: Ledger, url: string, head: Oid | null): Promise<void> {
  const note: Pushed = { head, at: ledger.clock.now() };
  await ledger.work.write(nameOf(ledger, url), utf8(JSON.stringify(note)));
}

export async function readPushed(ledger: Ledger, url: string): Promise<Pushed | null> {
  const bytes = await ledger.work.read(nameOf(ledger, url));
  try {
    return bytes === null ? null : (JSON.parse(fromUtf8(bytes)) as Pushed);
  } catch {
    return null;
  }
}

function nameOf(ledger: Ledger, url: string): string {
  return `pushed/${toHex(ledger.crypto.hashes.h16(utf8(url)))}.json`;
}
