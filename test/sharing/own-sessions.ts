import { expect } from "vitest";
import { publish } from "../../src/app/publish/publish.ts";
import type { Ledger } from "../../src/app/ledger.ts";
import { sessionsOf } from "../../src/app/read/lane-source.ts";
import type { OwnSession } from "../../src/app/sharing/open-sessions.ts";
import { openHere } from "../../src/wire/here.ts";
import { identityPorts } from "../../src/wire/identity-ports.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { opened, type Desk } from "../capture/desk.ts";
import { prompt, quiet, transcriptPath } from "../journey/claude.ts";
import { write } from "../journey/world.ts";

/** Writes a session of these prompts, and captures it. */
export async function capturedWith(desk: Desk, id: string, ...texts: readonly string[]): Promise<void> {
  const path = transcriptPath(desk.machine.home, desk.checkout, id);
  await write(path, texts.map((text) => prompt(text, desk.checkout)).join(""));
  await quiet(path);
  expect(await desk.capture(id)).toMatchObject({ kind: "captured" });
}

/** Publishes what is staged. @returns the author's sessions, as they lie in the lane of the desk */
export async function publishedOwn(desk: Desk): Promise<{ readonly ledger: Ledger; readonly own: readonly OwnSession[] }> {
  const settings = readSettings(desk.machine.env);
  const here = await openHere(settings, desk.checkout, () => identityPorts(settings, { ask: async () => null }), "must");
  const { ledger } = await opened(desk.machine, desk.checkout);
  await publish(ledger, { state: here.state.chain.state, waitMs: 1000 });
  const { author } = here;
  const [source] = await here.mine();
  if (author === null || source === undefined) throw new Error("no lane");
  return { ledger, own: (await sessionsOf(source)).map((session) => ({ author, source, session })) };
}
