import { beforeAll, describe, expect, it } from "vitest";
import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { repoId, workspaceId } from "../../src/domain/ids.ts";
import type { Crypto } from "../../src/ports/crypto.ts";
import { approves, heard, laneKey, revokes, signingSeed, speak } from "./say.ts";
import type { Spoken } from "./say.ts";
import { device, hex, person, Workspace } from "./workspace.ts";

let crypto: Crypto;
let workspace: Workspace;

beforeAll(async () => {
  crypto = await loadCrypto();
});

function begin(): void {
  workspace = new Workspace((id) => crypto.signer.publicKey(signingSeed(id)));
  for (const name of ["ann", "bob"]) workspace.person(name);
  workspace.team("web");
  workspace.admit("web", "bob");
}

const terms = { author: "ann", team: "web", sessions: [{ session: "one", count: 1 }] };
const approval = (head = workspace.n): Spoken => speak(crypto, workspace.state, { name: "ann", head }, approves(terms));

function why(spoken: Spoken): string | null {
  const belief = heard(crypto, workspace.state, spoken);
  return belief.statement === null ? belief.why : null;
}

const found = (spoken: Spoken, change: Partial<Spoken["found"]>): Spoken => ({ ...spoken, found: { ...spoken.found, ...change } });
const claim = (spoken: Spoken, change: Partial<Spoken["claim"]>): Spoken => ({ ...spoken, claim: { ...spoken.claim, ...change } });
const said = (spoken: Spoken, change: object): Spoken => claim(spoken, { said: { ...spoken.claim.said, ...change } });

describe("a statement is believed", () => {
  it("as a device of its person, live at its place, signed it for this place", () => {
    begin();
    const spoken = approval();
    expect(heard(crypto, workspace.state, spoken).statement).toEqual({ hash: spoken.claim.hash, place: spoken.found.place, said: spoken.claim.said });
  });

  const lies: readonly (readonly [name: string, lie: (spoken: Spoken) => Spoken, why: RegExp])[] = [
    ["for another workspace", (it) => said(it, { workspace: workspaceId(hex("other")) }), /for workspace/],
    ["for another repository", (it) => said(it, { repo: repoId(hex("other")) }), /for repo/],
    ["grafted into a lane of another repository", (it) => found(it, { repo: repoId(hex("other")) }), /for repo/],
    ["copied into another lane", (it) => found(it, { lane: laneKey("bob", 0) }), /another lane/],
    ["by a device that nobody knows", (it) => said(it, { device: device("eve") }), /is not known/],
    ["by a device of somebody else", (it) => said(it, { person: person("bob") }), /not one of person/],
    ["by another device of the same person", (it) => said(it, { device: device("ann", 1) }), /not signed by device/],
    ["with a place that the chain known here does not reach", (it) => found(it, { place: { ...it.found.place, head: workspace.n + 1 } }), /not known here/],
    ["with a signature over something else", (it) => claim(it, { signed: { ...it.claim.signed, payload: new Uint8Array([1]) } }), /not signed by device/],
    ["with the signature of a statement of another type", (it) => claim(it, { signed: { ...it.claim.signed, type: "hx/revocation/v1" } }), /of type 'hx\/revocation\/v1'/],
  ];

  it.each(lies)("and not one %s", (_, lie, reason) => {
    begin();
    expect(why(lie(approval()))).toMatch(reason);
  });

  it("and not one that says it is of another type and is signed as such", () => {
    begin();
    const revocation = speak(crypto, workspace.state, { name: "ann", head: workspace.n }, revokes("ann", hex("x")));
    expect(why(said(revocation, { ...approval().claim.said }))).toMatch(/of type/);
  });
});

describe("keys are judged by place", () => {
  it("a removed device is believed where it lay before its removal, and not from then on", () => {
    begin();
    const before = workspace.n;
    workspace.deviceRemoval("ann", 0);
    expect(why(approval(before))).toBeNull();
    expect(why(approval(workspace.n))).toMatch(/was not live at its place/);
    workspace.team("later");
    expect(why(approval(workspace.n))).toMatch(/was not live at its place/);
  });

  it("a removed person is believed where they wrote before, departed or not", () => {
    for (const departed of [true, false]) {
      begin();
      const before = workspace.n;
      workspace.removal("ann", departed);
      expect(why(approval(before))).toBeNull();
      expect(why(approval(workspace.n))).toMatch(/was not live at its place/);
    }
  });

  it("a device is not believed before it was there", () => {
    begin();
    const before = workspace.n;
    workspace.person("cem");
    expect(why(speak(crypto, workspace.state, { name: "cem", head: before }, approves(terms)))).toMatch(/was not live at its place/);
  });

  it("what a statement says of its time plays no part", () => {
    begin();
    const [before, head] = [workspace.n, workspace.n + 1];
    workspace.deviceRemoval("ann", 0);
    const times = [0, Number.MAX_SAFE_INTEGER];
    expect(times.map((at) => why(speak(crypto, workspace.state, { name: "ann", head: before, at }, approves(terms))))).toEqual([null, null]);
    expect(times.map((at) => why(speak(crypto, workspace.state, { name: "ann", head, at }, approves(terms))))).toEqual([expect.any(String), expect.any(String)]);
  });
});
