import path from "node:path";
import { describe, expect, it } from "vitest";
import type { CapturedFile, TurnRange } from "../../src/ports/agent.ts";
import type { AgentFixture } from "./contract.ts";

const WORK = "/home/dev/work/acme-web";
const bytesOf = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));

/** Every agent must pass this, beside `agentContract`. */
export function turnsContract(name: string, make: (home: string) => AgentFixture): void {
  const fixture = make("/home/dev/user");
  const asCaptured = (content: Uint8Array): readonly CapturedFile[] => {
    const file = path.basename(fixture.transcript(fixture.id(1), WORK));
    return [{ path: `a/${file}`, role: "transcript", bytes: () => Promise.resolve(content) }];
  };
  describe(`${name}: turns of an agent`, () => {
      const prompts = ["Add a helper for dates", "Now rename the module", "And write the changelog"];
      const content = (): Uint8Array => bytesOf([...fixture.begin(fixture.id(1), WORK), ...prompts.flatMap((prompt, i) => fixture.turn(fixture.id(1), WORK, prompt, `Answer number ${i}.`)), fixture.strange]);
      async function rangesOf(bytes: Uint8Array): Promise<readonly TurnRange[]> {
        const [file] = asCaptured(bytes);
        return (await fixture.agent.turnsOf(asCaptured(bytes))).get(file?.path ?? "") ?? [];
      }
      it("gives whole lines, in order, for turns that the view has", async () => {
        const bytes = content();
        const view = await fixture.agent.view(asCaptured(bytes));
        const ranges = await rangesOf(bytes);
        let before = 0;
        for (const { from, to, turn } of ranges) {
          expect(from).toBeGreaterThanOrEqual(before);
          expect(from === 0 || bytes[from - 1] === 0x0a).toBe(true);
          expect(bytes[to - 1]).toBe(0x0a);
          if (turn !== "frame") expect(view.turns.map(({ index }) => index)).toContain(turn);
          before = to;
        }
        for (const { index, prompt } of view.turns) if (prompt !== undefined) expect(ranges.map(({ turn }) => turn)).toContain(index);
      });
      it("lets each turn be read alone, without a word of the others", async () => {
        const bytes = content();
        const view = await fixture.agent.view(asCaptured(bytes));
        const ranges = await rangesOf(bytes);
        for (const { index, prompt, entries } of view.turns.filter((turn) => turn.prompt !== undefined)) {
          const lines = ranges.filter(({ turn }) => turn === "frame" || turn === index).map(({ from, to }) => bytes.subarray(from, to));
          const alone = Buffer.concat(lines);
          const read = await fixture.agent.view(asCaptured(alone));
          expect(read.turns.filter((turn) => turn.prompt !== undefined).map((turn) => turn.prompt)).toEqual([prompt]);
          const messages = entries.flatMap((entry) => (entry.kind === "message" ? [entry.text] : []));
          expect(read.turns.flatMap((turn) => turn.entries).flatMap((entry) => (entry.kind === "message" ? [entry.text] : []))).toEqual(messages);
          for (const [i, other] of prompts.entries()) {
            if (other === prompt) continue;
            expect(alone.includes(other)).toBe(false);
            expect(alone.includes(`Answer number ${i}.`)).toBe(false);
          }
        }
      });
      it("has none for no files, and survives damage", async () => {
        expect((await fixture.agent.turnsOf([])).size).toBe(0);
        expect(await rangesOf(Buffer.from('{"type":\n\n\0\n[]\n'))).toEqual([]);
      });
  });
}
