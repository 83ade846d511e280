import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { repoId, workspaceId } from "../../src/domain/ids.ts";
import { certificateMessage, type Header } from "../../src/format/header.ts";
import { anItem, writeFiles, type Forge, type Tamper } from "./lane-builder.ts";
import { expectAdmitted, expectRefused, makeTheatre, onStage, type Theatre } from "./outcome.ts";
import { pull } from "./scene.ts";

let theatre: Theatre;
beforeAll(async () => {
  theatre = await makeTheatre();
});
afterAll(() => theatre.scene.box.remove());

const tampered = (tamper: (forge: Forge) => Tamper | Promise<Tamper>, code: ErrorCode, message: RegExp) => () =>
  onStage(theatre, async (act) => {
    await act.forge.push(await tamper(act.forge));
    await expectRefused(act, code, message);
  });

const header = (change: (header: Header, forge: Forge) => Partial<Header>) => (forge: Forge): Tamper => ({ header: (honest) => ({ ...honest, ...change(honest, forge) }) });
const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte));

describe.concurrent("positive control", () => {
  it("admits what the adversary's toolkit writes when nothing is tampered with, known or not", () =>
    onStage(theatre, async (act) => {
      const head = await act.forge.push();
      await expectAdmitted(act, head);
      await expectAdmitted(act, head, await act.newcomer());
    }));
});

describe.concurrent("a header that the lane's own key signed", () => {
  it.each<[string, (forge: Forge) => Tamper | Promise<Tamper>, ErrorCode, RegExp]>([
    ["with a gap in seq", header(({ seq }) => ({ seq: seq + 1 })), "lane-invalid", /does not follow/],
    ["with the seq of the one before", header(({ seq }) => ({ seq: seq - 1 })), "lane-invalid", /does not follow/],
    ["that names another one before it", header(({ previous }) => ({ previous: flipped(previous ?? new Uint8Array(32)) })), "lane-invalid", /one before it/],
    ["with another eraser key", header(({ eraser }) => ({ eraser: flipped(eraser) })), "lane-invalid", /eraser key changed/],
    ["for another repository", header(() => ({ repo: repoId("ab".repeat(32)) })), "lane-invalid", /another repository/],
    ["for another workspace", header(() => ({ workspace: workspaceId("ab".repeat(32)) })), "lane-invalid", /another workspace/],
    ["with the feature level of a later program", header(({ level }) => ({ level: level + 1 })), "too-new", /feature level 2/],
    ["with feature level 0", header(() => ({ level: 0 })), "lane-invalid", /level/],
    ["with the suite of a later program", header(({ suite }) => ({ suite: suite + 1 })), "too-new", /suite/],
    ["with suite 0", header(() => ({ suite: 0 })), "lane-invalid", /suite/],
    ["with a lower counter of the keys ref", header(({ keys }) => ({ keys: keys - 1 })), "lane-invalid", /counter/],
    ["with an older workspace head", header(({ head }) => ({ head: { ...head, n: head.n - 1 } })), "lane-invalid", /went back/],
    ["with a workspace head that nobody has", header(({ head }) => ({ head: { ...head, n: head.n + 5 } })), "missing-object", /older than statement/],
    ["with the workspace head of another chain", header(({ head }) => ({ head: { ...head, hash: flipped(head.hash) } })), "lane-invalid", /another workspace chain/],
    ["with another state", header(({ state }) => ({ state: flipped(state) })), "lane-invalid", /not the one that the header signs/],
    ["with the hash of another body", header(({ body }) => ({ body: { ...body, hash: flipped(body.hash) } })), "lane-invalid", /committed to/],
    ["with a body of more pieces than it has", header(({ body }) => ({ body: { ...body, n: 2 } })), "lane-invalid", /pieces/],
    ["with a body of no pieces", header(({ body }) => ({ body: { ...body, n: 0 } })), "lane-invalid", /body/],
    ["with a certificate that is not signed", header(({ certificate }) => ({ certificate: { ...certificate, signature: flipped(certificate.signature) } })), "lane-invalid", /not certified/],
    ["with a certificate of an epoch that is not there", header(({ certificate }) => ({ certificate: { ...certificate, epoch: 1 } })), "lane-invalid", /not certified/],
    ["with a certificate that it signed itself", header((_honest, { lane, scene }) => ({ certificate: { epoch: 0, signature: scene.crypto.signer.sign(lane.seed, certificateMessage(scene.workspace, scene.repo, lane.publicKey, lane.eraser)) } })), "lane-invalid", /not certified/],
    ["with the certificate of another repository", header((_honest, forge) => ({ certificate: { epoch: 0, signature: membershipSign(forge, certificateMessage(forge.scene.workspace, repoId("cd".repeat(32)), forge.lane.publicKey, forge.lane.eraser)) } })), "lane-invalid", /not certified/],
    ["with the certificate of another workspace", header((_honest, forge) => ({ certificate: { epoch: 0, signature: membershipSign(forge, certificateMessage(workspaceId("cd".repeat(32)), forge.scene.repo, forge.lane.publicKey, forge.lane.eraser)) } })), "lane-invalid", /not certified/],
    ["with the certificate of another lane", header(() => ({ certificate: theatre.bob.certificate ?? { epoch: 0, signature: new Uint8Array(64) } })), "lane-invalid", /not certified/],
    ["with the public key of another lane", header(() => ({ lane: theatre.bob.publicKey })), "lane-invalid", /another lane/],
    ["with a previous hash at seq 0", header(() => ({ seq: 0 })), "lane-invalid", /prev/],
    ["without a previous hash", ({}) => ({ header: ({ previous, ...rest }) => (previous === undefined ? rest : rest) }), "lane-invalid", /prev/],
  ])("%s", (_what, tamper, code, message) => tampered(tamper, code, message)());

  it.each<[string, (forge: Forge) => Tamper, RegExp]>([
    ["that nobody signed", () => ({ envelope: (bytes) => bytes.fill(0, bytes.length - 64) }), /signature/],
    ["whose signature has one bit changed", () => ({ envelope: (bytes) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)) }), /signature/],
    ["that another lane signed", () => ({ seed: theatre.bob.seed }), /signature/],
    ["that was signed as a manifest", ({ sign, lane }) => ({ envelope: () => sign("hx/manifest/v1", new Uint8Array(1), lane.seed) }), /envelope of type/],
    ["with bytes after the envelope", () => ({ envelope: (bytes) => Uint8Array.from([...bytes, 0]) }), /after the CBOR/],
    ["that is empty", () => ({ envelope: () => new Uint8Array() }), /CBOR/],
  ])("is refused %s", (_what, tamper, message) => tampered(tamper, "lane-invalid", message)());

  it("is accepted with a certificate that the membership key signed anew", () =>
    onStage(theatre, async (act) => {
      const { scene, lane } = act.forge;
      const signature = membershipSign(act.forge, certificateMessage(scene.workspace, scene.repo, lane.publicKey, lane.eraser));
      await expectAdmitted(act, await act.forge.push({ header: (honest) => ({ ...honest, certificate: { epoch: 0, signature } }) }));
    }));
});

it("a header that is longer than a blob may be is left out by the filter, and refused where it is fetched whole", () =>
  onStage(theatre, async (act) => {
    await act.forge.push({ envelope: () => new Uint8Array(4096) });
    await expectRefused(act, "missing-object", /not present/);
    const { problems } = await pull(act.reader, true);
    expect(problems.map(({ error }) => [error.code, error.message])).toEqual([["lane-invalid", expect.stringMatching(/too long/)]]);
  }));

describe.concurrent("an old header", () => {
  it("over an older tree is refused", () =>
    onStage(theatre, async ({ forge, ...act }) => {
      const [path, bytes] = anItem(act.scene);
      await forge.push({ files: new Map([[path, bytes]]), tree: async (_tree, { store, files, head }) => {
        const now = await files(await forge.commit({ files: new Map([[path, bytes]]) }));
        const old = await files(head);
        const mixed = new Map([...old].filter(([name]) => name !== "h" && !name.startsWith("b/")));
        for (const [name, content] of now) if (name === "h" || name.startsWith("b/")) mixed.set(name, content);
        return writeFiles(store, mixed);
      } });
      await expectRefused({ forge, ...act }, "lane-invalid", /paths changed/);
    }));

  it("replayed as a new commit is refused", () =>
    onStage(theatre, async (act) => {
      const { forge } = act;
      const old = await forge.store.readCommit(forge.head);
      const tree = /^tree ([0-9a-f]+)/.exec(Buffer.from(old).toString())?.[1] ?? "";
      await forge.push({ commit: (text) => text.replace(/^tree [0-9a-f]+/, `tree ${tree}`) });
      await expectRefused(act, "lane-invalid", /does not follow/);
    }));
});

function membershipSign(forge: Forge, message: Uint8Array): Uint8Array {
  return forge.scene.crypto.signer.sign(forge.scene.founded.membership.seeds.subarray(0, 32), message);
}
