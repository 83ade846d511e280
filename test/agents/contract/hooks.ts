import { copyFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Desk } from "./desk.ts";
import { first } from "./desk.ts";
import { WORK } from "./fixture.ts";

const NAMES = ["session_id", "sessionId", "transcript_path", "transcriptPath", "cwd", "sessionContext", "taskId", "threadId", "__proto__"] as const;

export function hookContract(at: () => Desk): void {
  describe("hook payload", () => {
    it("leads to the session", async () => {
      const { fixture, storage, write } = at();
      const source = await write(1);
      expect(await fixture.agent.fromHook(fixture.payload(fixture.id(1), first(source).absolute))).toEqual(source);
      const named = storage === "rows" ? {} : { transcriptPath: first(source).absolute };
      expect(await fixture.agent.fromHook({ sessionId: fixture.id(1), hookEventName: "Stop", ...named })).toEqual(source);
    });
    it("leads to the session by its id when the transcript moved or none is named", async () => {
      const { fixture, storage, write } = at();
      const source = await write(1);
      const missing = path.join(path.dirname(first(source).absolute), "moved", path.basename(first(source).absolute));
      if (storage !== "rows") expect(await fixture.agent.fromHook(fixture.payload(fixture.id(1), missing))).toEqual(source);
      expect(await fixture.agent.fromHook({ session_id: fixture.id(1) })).toEqual(source);
      expect(await fixture.agent.fromHook({ session_id: fixture.id(1), transcript_path: null })).toEqual(source);
    });
    it("leads nowhere when nothing is written yet", async () => {
      const { fixture, write, here } = at();
      const payload = fixture.payload(fixture.id(1), fixture.transcript(fixture.id(1), here(WORK)));
      expect(await fixture.agent.fromHook(payload)).toBeNull();
      await write(2);
      expect(await fixture.agent.fromHook(payload)).toBeNull();
    });
    it("leads nowhere when it is empty, damaged or names something outside of the store", async () => {
      const { home, fixture, hasOwnFile, write } = at();
      const { absolute } = first(await write(1));
      const outside = path.join(home, path.basename(absolute));
      await copyFile(absolute, outside);
      const climbing = path.join(path.dirname(absolute), ...Array<string>(12).fill(".."), outside);
      const strangers = [outside, climbing, "relative.jsonl", "/etc/passwd", "/dev/zero", "/nowhere/x.jsonl", home, "\0", `${path.dirname(absolute)}${"/..".repeat(30)}${outside}`];
      for (const transcript of hasOwnFile ? strangers : []) {
        expect(await fixture.agent.fromHook({ session_id: fixture.id(1), transcript_path: transcript }), transcript).toBeNull();
      }
      for (const payload of [{}, { session_id: 7 }, { session_id: "../../x" }, { transcript_path: {} }, { session_id: "" }, { session_id: fixture.id(1).slice(0, -1) }]) {
        expect(await fixture.agent.fromHook(payload)).toBeNull();
      }
    });
    it("never throws", async () => {
      const { fixture, write } = at();
      await write(1);
      await fc.assert(
        fc.asyncProperty(fc.dictionary(fc.constantFrom(...NAMES), fc.jsonValue()), async (payload) => {
          await fixture.agent.fromHook(payload);
        }),
        { numRuns: 100 },
      );
    });
  });
}
