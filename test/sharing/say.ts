import { concat, toBase32, utf8 } from "../../src/domain/bytes.ts";
import { laneId, sessionId } from "../../src/domain/ids.ts";
import type { DeviceId, LaneId, SessionId } from "../../src/domain/ids.ts";
import { believe } from "../../src/domain/sharing/believe.ts";
import type { Belief, Claimed, Finding } from "../../src/domain/sharing/believe.ts";
import type { Access, Approval, Believed, Denial, Request, Revocation, Said, SharingStatement, Withdrawal } from "../../src/domain/sharing/statement.ts";
import type { WorkspaceState } from "../../src/domain/workspace/state.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { bytes, device, hex, person, REPO, team } from "./workspace.ts";

export const session = (name: string): SessionId => sessionId(hex(`session ${name}`).slice(0, 32));
/** L[n] of a session's parts. */
export const chainOf = (name: string, count: number): readonly Uint8Array[] => Array.from({ length: count }, (_, n) => bytes(`${name} L${n}`));

/** What a machine says: the name of its person and its number, and where its lane stands. */
export interface Speaker {
  readonly name: string;
  readonly device?: number;
  /** Of the workspace chain. */
  readonly head: number;
  readonly seq?: number;
  /** What its clock says, ms since 1970. */
  readonly at?: number;
}

/** Without what `Said` has. */
export type Saying<Statement extends SharingStatement = SharingStatement> = Statement extends SharingStatement ? Omit<Statement, keyof Said> : never;

export interface Spoken {
  readonly claim: Claimed;
  readonly found: Finding;
}

export const signingSeed = (id: DeviceId): Uint8Array => bytes(`seed ${id}`);
/** The id of the lane of somebody's machine. */
export const laneName = (name: string, n: number): LaneId => laneId(toBase32(laneKey(name, n).slice(0, 16)));
export const laneKey = (name: string, n: number): Uint8Array => bytes(`lane ${name} ${n}`);

let nonce = 1;

/** A signed statement, and where it lies. */
export function speak(crypto: Crypto, state: WorkspaceState, { name, device: n = 0, head, seq = nonce++, at = 0 }: Speaker, saying: Saying): Spoken {
  const lane = laneKey(name, n);
  const said: SharingStatement = { ...saying, workspace: state.workspace, repo: REPO, lane, person: person(name), device: device(name, n), at };
  const type = `hx/${said.kind}/v1`;
  const payload = utf8(JSON.stringify({ ...said, nonce: nonce++ }));
  const signature = crypto.signer.sign(signingSeed(said.device), concat(utf8(type), Uint8Array.of(0), payload));
  const place = { lane: laneName(name, n), seq, head, day: 0 };
  return { claim: { hash: hex(String.fromCharCode(...payload)), said, signed: { type, payload, signature } }, found: { repo: REPO, lane, place } };
}

export function heard(crypto: Crypto, state: WorkspaceState, { claim, found }: Spoken): Belief {
  return believe(crypto.signer.verify, state, claim, found);
}

export function believedOf(crypto: Crypto, state: WorkspaceState, spoken: readonly Spoken[]): readonly Believed[] {
  return spoken.flatMap((one) => heard(crypto, state, one).statement ?? []);
}

export const asks = (to: string, inTeam: string, about: string): Saying<Request> => ({
  kind: "request",
  to: person(to),
  team: team(inTeam),
  nonce: new Uint8Array(16),
  reason: "the retry loop",
  about: { session: session(about) },
});

export interface Terms {
  readonly author: string;
  readonly team: string;
  readonly sessions: readonly { readonly session: string; readonly first?: number; readonly count: number; readonly last?: Uint8Array }[];
  readonly epoch?: number;
  readonly audience?: readonly string[];
  readonly expires?: number;
  readonly request?: string;
  readonly extends?: string;
}

export const approves = (terms: Terms): Saying<Approval> => ({
  kind: "approval",
  author: person(terms.author),
  team: team(terms.team),
  epoch: terms.epoch ?? 0,
  audience: terms.audience?.map(person).sort() ?? "team",
  follow: false,
  tag: new Uint8Array(32),
  ties: [],
  sessions: terms.sessions.map(({ session: name, first = 0, count, last = bytes(`${name} L${count - 1}`) }) => ({ session: session(name), tie: 0, first, count, last })),
  ...(terms.expires === undefined ? {} : { expires: terms.expires }),
  ...(terms.request === undefined ? {} : { request: terms.request }),
  ...(terms.extends === undefined ? {} : { extends: terms.extends }),
});

export const revokes = (author: string, approval: string, sessions?: readonly string[]): Saying<Revocation> => ({
  kind: "revocation",
  author: person(author),
  approval,
  ...(sessions === undefined ? {} : { sessions: sessions.map(session).sort() }),
});

export const withdraws = (request: string, to: string): Saying<Withdrawal> => ({ kind: "withdrawal", request, to: person(to) });
export const denies = (request: string, to: string): Saying<Denial> => ({ kind: "denial", request, to: person(to) });

export const accesses = (author: string, to: string, about: string, approval: string, from: number, until: number): Saying<Access> => ({
  kind: "access",
  author: person(author),
  team: team(to),
  session: session(about),
  approval,
  from,
  until,
  class: "attested",
});
