import { afterAll, beforeAll, expect, it } from "vitest";
import { BLANK_LINES, MemoryFile, Room } from "../../src/app/read/memory-file.ts";
import { rebuild } from "../../src/app/read/rebuild.ts";
import { viewSession } from "../../src/app/sessions/view-session.ts";
import { HxError } from "../../src/domain/errors.ts";
import type { StreamRecord } from "../../src/format/part-stream.ts";
import { makeDesk, type Desk } from "../capture/desk.ts";
import { prompt, quiet, transcriptPath } from "../journey/claude.ts";
import { everything, inProcess } from "../journey/in-process.ts";
import { write } from "../journey/world.ts";
import { openForReading } from "../../src/wire/open-for-reading.ts";
import { agentFor } from "../../src/wire/read-out.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";

const full = (): Error => new HxError("refused", "no room");
const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(97);

it("files share their room, and what is written over or cut off takes none", async () => {
  const room = new Room(100, full);
  const [one, two] = [new MemoryFile(room), new MemoryFile(room)];
  await one.write(0, bytes(60));
  await one.write(10, bytes(50));
  await two.write(0, bytes(40));
  await expect(two.write(40, bytes(1))).rejects.toMatchObject({ code: "refused" });
  await one.truncate(59);
  await two.write(40, bytes(1));
  await one.reset();
  await two.write(41, bytes(59));
  await expect(one.write(0, bytes(1))).rejects.toMatchObject({ code: "refused" });
  expect(two.content().length).toBe(100);
});

it("a gap that is said to be a petabyte takes no more than the room", async () => {
  async function* records(): AsyncGenerator<StreamRecord> {
    yield { kind: "file", file: 0, path: "a.jsonl", role: "transcript" } as StreamRecord;
    yield { kind: "omit", file: 0, generation: 0, offset: 0, length: 2 ** 50 } as StreamRecord;
  }
  const room = new Room(1 << 20, full);
  await expect(rebuild(records(), async () => new MemoryFile(room), BLANK_LINES)).rejects.toMatchObject({ code: "refused" });
});

let desk: Desk;
const id = "0a1b2c3d-0000-4000-8000-00000000000a";
beforeAll(async () => {
  desk = await makeDesk("claude-code", "in-process");
  const path = transcriptPath(desk.machine.home, desk.checkout, id);
  await write(path, prompt("a".repeat(5000), desk.checkout));
  await quiet(path);
  await inProcess(desk.machine, desk.checkout).capture(everything);
  await desk.machine.hx(desk.checkout, "sync");
});
afterAll(() => desk.world.close());

it("a session that is larger than what is shown at once is refused, with what reads it", async () => {
  const settings = readSettings(desk.machine.env);
  const context = { directory: desk.checkout, passphrase: { ask: async () => null }, progress: { phase: () => undefined, warn: () => undefined, done: () => undefined }, signal: new AbortController().signal };
  const { sessions } = JSON.parse(await desk.machine.hx(desk.checkout, "list", "--json")) as { readonly sessions: readonly { readonly id: string }[] };
  const session = sessions[0]?.id ?? "";
  const { ledger, opened } = await openForReading(settings, context, () => identityPorts(settings, context.passphrase), session);
  const agent = await agentFor(settings, opened);
  await expect(viewSession(ledger, agent, opened, 5000)).rejects.toMatchObject({ code: "refused", hints: [`hx show ${session} --raw <directory>`] });
  expect((await viewSession(ledger, agent, opened, 1 << 20)).view.turns).toHaveLength(1);
});
