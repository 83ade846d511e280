import { createBrotliCompress, constants } from "node:zlib";
import { expect, it } from "vitest";
import { concat, toHex, utf8 } from "./bytes.ts";
import { decompressPart } from "./decompress.ts";
import { openDeviceKey } from "./device-key.ts";
import { codeOf } from "./errors.ts";
import { openLaneVector, readLaneVector } from "./lane-vector.ts";
import { readLaneKey } from "./lane-key.ts";
import { openName } from "./names.ts";
import { openMembership, openPersonKeys } from "./person-secrets.ts";
import { K, boxKeyPair, signingPublicKey } from "./primitives.ts";
import { isSegmentLength, pad } from "./segment.ts";
import { openWrap } from "./wrap.ts";

const vector = readLaneVector();

it("opens the membership key, the names and the key files of lane.json", async () => {
  const { workspace } = await openLaneVector(vector);
  const [person] = [...workspace.people.values()];
  const [membership] = workspace.memberships;
  if (!person || !membership) throw new Error("nobody");
  const seeds = openPersonKeys(person, vector.json.bytes("recovery_entropy"));
  const opened = openMembership(workspace, person, seeds, 0);
  if (!opened) throw new Error("no membership key");
  expect(toHex(signingPublicKey(opened.sign))).toBe(toHex(membership.sign));
  expect(toHex(boxKeyPair(opened.box).publicKey)).toBe(toHex(membership.box));
  for (const [id, { name }] of workspace.projects) {
    expect(openName(name, opened.box, { project: id }).name).not.toBe("");
  }
  const device = openDeviceKey(vector.json.bytes("device_key_file"), { key: new Uint8Array(32) });
  expect(device.keys.map(({ seed }) => toHex(seed))).toEqual(seeds.map(toHex));
  expect(toHex(device.membership[0]?.seeds ?? new Uint8Array())).toBe(toHex(concat(opened.sign, opened.box)));
  const box = person.keys[0]?.boxes[0];
  if (!box) throw new Error("no box for the device");
  const context = { purpose: "person-key", person: person.id, epoch: 0, to: device.device };
  expect(toHex(openWrap(box.wrap, device.box, context))).toBe(toHex(seeds[0] ?? new Uint8Array()));
  const laneKey = readLaneKey(vector.json.bytes("lane_key_file"));
  const eraser = K(device.sign, concat(utf8("hx/eraser/v1"), laneKey.lane));
  expect(toHex(signingPublicKey(eraser))).toBe(toHex(laneKey.eraser));
});

it("decodes a brotli stream that goes on over segments", async () => {
  const pieces = [utf8("hello ".repeat(9)), new Uint8Array(5_000_000).map((_, at) => at * at), utf8("hello ".repeat(9))];
  const compressor = createBrotliCompress();
  const segments = [];
  let output: Uint8Array[] = [];
  compressor.on("data", (piece: Uint8Array) => output.push(piece));
  for (const [at, piece] of pieces.entries()) {
    output = [];
    compressor.write(piece);
    await new Promise<void>((resolve) => compressor.flush(constants.BROTLI_OPERATION_FLUSH, resolve));
    await new Promise(setImmediate);
    segments.push({ codec: at === 0 ? 1 : 2, rawLength: piece.length, compressed: concat(...output) });
  }
  expect((await decompressPart(segments)).map(toHex)).toEqual(pieces.map(toHex));
  const [, second] = segments;
  if (!second) throw new Error("no second");
  await expect(decompressPart([second]).catch(codeOf)).resolves.toBe("segment-invalid");
  const trailing = segments.map((segment) => ({ ...segment, rawLength: segment.rawLength - 1 }));
  await expect(decompressPart(trailing).catch(codeOf)).resolves.toBe("segment-invalid");
});

it("pads as the specification says", () => {
  expect([1, 4096, 4097, 65536, 65537, 983040].map(pad)).toEqual([4096, 4096, 4352, 65536, 67584, 983040]);
  expect(isSegmentLength(1 + 24 + 983040 + 17 * 15)).toBe(true);
  expect(isSegmentLength(1 + 24 + 65536 + 17)).toBe(true);
  expect(isSegmentLength(1 + 24 + 67584 + 34)).toBe(true);
  expect(isSegmentLength(1 + 24 + 67584 + 17)).toBe(false);
});
