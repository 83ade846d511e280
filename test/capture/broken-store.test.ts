import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { captureAll } from "../../src/app/sessions/capture-all.ts";
import { HxError } from "../../src/domain/errors.ts";
import type { Agent } from "../../src/ports/agent.ts";
import { agentNamed } from "../../src/wire/agents.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { makeDesk, opened, type Desk } from "./desk.ts";

let desk: Desk;
beforeAll(async () => {
  desk = await makeDesk();
});
afterAll(() => desk.world.close());

test.each([
  ["cannot be opened", 0],
  ["breaks off after a session", 1],
])("a store that %s keeps back no session of another agent, and none that it gave", async (_, after) => {
  const claude = await agentNamed(readSettings(desk.machine.env), "claude-code");
  if (claude === null) throw new Error("no adapter");
  const id = randomUUID();
  await writeQuiet(transcriptPath(desk.machine.home, desk.checkout, id), prompt("Hello", desk.checkout));
  const broken: Agent = {
    ...claude,
    name: "broken",
    async *discover(directories) {
      let given = 0;
      for await (const source of claude.discover(directories)) if (source.id === id && given++ < after) yield source;
      throw new HxError("busy", "the store of 'broken' is locked");
    },
  };
  const { ledger, boundary } = await opened(desk.machine, desk.checkout);
  const captured = await captureAll(ledger, after === 0 ? [broken, claude] : [broken], boundary, { directories: [desk.checkout], waitMs: 1000 });
  expect(captured.find((one) => one.id === id)?.outcome).toMatchObject({ kind: "captured" });
  expect(captured.find(({ agent, id: none }) => agent === "broken" && none === "")?.outcome).toMatchObject({ kind: "failed", error: { code: "busy" } });
});
