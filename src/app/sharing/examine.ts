import type { SessionId } from "../../domain/ids.ts";
import type { PrivateFacts } from "../../format/private-block.ts";
import type { Agent } from "../../ports/agent.ts";
import type { Scanner, Secret } from "../../ports/scanner.ts";
import type { WritableLedger } from "../ledger.ts";
import { sessionRecords, type OpenedSession } from "../read/open-session.ts";
import { redactSession } from "../redact/redact-session.ts";
import { sealCopy } from "../redact/seal-copy.ts";
import { isScanCurrent, scanSession, type FoundSecret } from "../scan/scan-session.ts";
import type { SharedSession } from "./approve.ts";
import type { OwnKnown } from "./known-sessions.ts";

/** A session with what the secret scan says of it today. */
export interface Examined extends OwnKnown {
  /** Empty: nothing was found. */
  readonly findings: readonly FoundSecret[];
  readonly secrets: readonly Secret[];
  /** `capture`: the digest that was sealed at capture is of today's rules. `now`: the content was opened and scanned. */
  readonly scanned: "capture" | "now";
}

/** Whether nothing has to be opened to know that nothing was found. */
export function isKnownClean({ facts }: OwnKnown, scanner: Scanner): boolean {
  return isScanCurrent(facts, scanner) && facts.scan?.found === 0;
}

/** Scans the content of one session; its segments must be here. */
export async function examine(ledger: WritableLedger, agent: Agent, scanner: Scanner, own: OwnKnown, opened: OpenedSession): Promise<Examined> {
  const { findings, secrets } = await scanSession(ledger, agent, scanner, opened);
  return { ...own, findings, secrets, scanned: "now" };
}

/** A redacted copy that is to be published beside its approval. */
export interface Copied {
  readonly source: SessionId;
  readonly shared: SharedSession;
  readonly facts: PrivateFacts;
  /** Places where a secret was replaced. */
  readonly replaced: number;
  readonly sessions: ReadonlyMap<string, Uint8Array>;
  /** The author's own wrap of it. */
  readonly wraps: ReadonlyMap<string, Uint8Array>;
}

/**
 * What is shown instead of the session: without its secrets, and with these turns only. It has a key of its own.
 * @param turns counted from 1; absent: all
 * @throws HxError `refused` when nothing is left to show, or something could not be taken out
 */
export async function copyOf(ledger: WritableLedger, agent: Agent, scanner: Scanner, opened: OpenedSession, secrets: readonly Secret[], turns?: ReadonlySet<number>): Promise<Copied> {
  const indexes = turns === undefined ? undefined : new Set([...turns].map((turn) => turn - 1));
  const redacted = await redactSession(sessionRecords(ledger, opened), opened.facts, { agent, scanner, secrets, ...(indexes === undefined ? {} : { turns: indexes }) });
  const { session, sessions, wraps, partKeys, partsHash, facts } = await sealCopy(ledger, opened.session, redacted, scanner);
  return { source: opened.session, shared: { session, lane: ledger.lane.publicKey, first: 0, keys: partKeys, last: partsHash }, facts, replaced: redacted.replaced, sessions, wraps };
}
