import { describe, expect, it } from "vitest";
import type { CapturedFile, TurnRange } from "../../src/ports/agent.ts";
import { desks, first, type Desk } from "./contract/desk.ts";
import type { MakeFixture } from "./contract/fixture.ts";

const PROMPTS = ["Add a helper for dates", "Now rename the module", "And write the changelog"];

/** Every agent must pass this, beside `agentContract`. Of a document no part can be read alone: no line of it is of one turn. */
export function turnsContract(name: string, make: MakeFixture): void {
  describe(`${name}: turns of an agent`, () => {
    const at = desks(make);
    async function session(): Promise<Session> {
      const { fixture, write, read, captured } = at();
      const source = await write(1, { turns: PROMPTS.map((prompt, i) => ({ prompt, answer: `Answer number ${i}.` })) });
      const whole = await read(first(source));
      const bytes = fixture.storage === "document" ? whole : Buffer.concat([whole, Buffer.from(`${fixture.strange}\n`)]);
      return { desk: at(), bytes, as: (content) => captured(source, content) };
    }
    it("gives whole lines, in order, for turns that the view has", async () => {
      const { desk, bytes, as } = await session();
      const view = await desk.fixture.agent.view(as(bytes));
      const ranges = await rangesOf(desk, as(bytes));
      let before = 0;
      for (const { from, to, turn } of ranges) {
        expect(from).toBeGreaterThanOrEqual(before);
        expect(from === 0 || bytes[from - 1] === 0x0a).toBe(true);
        expect(bytes[to - 1]).toBe(0x0a);
        if (turn !== "frame") expect(view.turns.map(({ index }) => index)).toContain(turn);
        before = to;
      }
      const asked = view.turns.flatMap(({ index, prompt }) => (prompt === undefined ? [] : [index]));
      expect(asked).toHaveLength(PROMPTS.length);
      if (desk.storage === "document") expect(ranges).toEqual([]);
      else expect(ranges.map(({ turn }) => turn)).toEqual(expect.arrayContaining(asked));
    });
    it("lets each turn be read alone, without a word of the others", async () => {
      const { desk, bytes, as } = await session();
      const view = await desk.fixture.agent.view(as(bytes));
      const ranges = await rangesOf(desk, as(bytes));
      for (const { index, prompt, entries } of desk.storage === "document" ? [] : view.turns.filter((turn) => turn.prompt !== undefined)) {
        const alone = Buffer.concat(ranges.filter(({ turn }) => turn === "frame" || turn === index).map(({ from, to }) => bytes.subarray(from, to)));
        const read = await desk.fixture.agent.view(as(alone));
        expect(read.turns.filter((turn) => turn.prompt !== undefined).map((turn) => turn.prompt)).toEqual([prompt]);
        const messages = entries.flatMap((entry) => (entry.kind === "message" ? [entry.text] : []));
        expect(read.turns.flatMap((turn) => turn.entries).flatMap((entry) => (entry.kind === "message" ? [entry.text] : []))).toEqual(messages);
        for (const [i, other] of PROMPTS.entries()) {
          if (other === prompt) continue;
          expect(alone.includes(other)).toBe(false);
          expect(alone.includes(`Answer number ${i}.`)).toBe(false);
        }
      }
    });
    it("has none for no files, and survives damage", async () => {
      const { desk, as } = await session();
      expect((await desk.fixture.agent.turnsOf([])).size).toBe(0);
      expect(await rangesOf(desk, as(Buffer.from('{"type":\n\n\0\n[]\n')))).toEqual([]);
    });
  });
}

interface Session {
  readonly desk: Desk;
  readonly bytes: Buffer;
  /** The files of the session, with another content of the transcript. */
  as(content: Uint8Array): readonly CapturedFile[];
}

/** Of the transcript. */
async function rangesOf({ fixture }: Desk, files: readonly CapturedFile[]): Promise<readonly TurnRange[]> {
  return (await fixture.agent.turnsOf(files)).get(files[0]?.path ?? "") ?? [];
}
