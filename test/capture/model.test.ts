import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { makeDesk, type Desk } from "./desk.ts";

const RUNS = process.env["HX_SLOW"] === "1" ? 80 : 6;
const WORD = "archaeopteryx";

let desk: Desk;
let outside = "";
beforeAll(async () => {
  desk = await makeDesk();
  outside = desk.world.path("outside");
  await mkdir(outside);
});
afterAll(() => desk.world.close());

type Step =
  | { readonly do: "append" | "tear"; readonly away: boolean }
  | { readonly do: "rewrite"; readonly away: readonly boolean[] }
  | { readonly do: "shrink"; readonly to: number }
  | { readonly do: "delete" | "capture" | "sync" | "lose" };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("append" as const, "tear" as const), away: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("rewrite" as const), away: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("shrink" as const), to: fc.nat({ max: 4 }) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("capture" as const, "capture" as const, "sync" as const, "lose" as const, "delete" as const) }) },
  ),
  { minLength: 4, maxLength: 14 },
);

interface Line {
  readonly text: string;
  readonly away: boolean;
}

/** What must be restorable: the file as it was at the last capture, zeros where it ran outside. */
class Model {
  /** null: there is no file. */
  lines: Line[] | null = null;
  /** Bytes of the last line that are not written yet. */
  unwritten = 0;
  expected: Buffer | null = null;
  /** Whether the index holds anything of this session. */
  known = false;

  text(): string {
    const whole = (this.lines ?? []).map(({ text }) => text).join("");
    return whole.slice(0, whole.length - this.unwritten);
  }

  captured(): void {
    if (this.lines === null) return;
    const hasInside = this.lines.some(({ away }) => !away);
    if (!hasInside && !this.known) return;
    this.known = true;
    const pieces = this.lines.map(({ text, away }) => (away ? "\0".repeat(text.length) : text)).join("");
    this.expected = Buffer.from(pieces.slice(0, pieces.length - this.unwritten));
  }
}

function line(away: boolean): Line {
  return { text: away ? prompt(`${WORD} away`, outside) : prompt("at work", desk.checkout), away };
}

function changed(model: Model, step: Step): void {
  if (step.do === "append" || step.do === "tear") {
    const next = line(step.away);
    model.lines = [...(model.lines ?? []), next];
    model.unwritten = step.do === "tear" ? 12 : 0;
  } else if (step.do === "rewrite") {
    model.lines = step.away.map(line);
    model.unwritten = 0;
  } else if (step.do === "shrink" && model.lines !== null) {
    model.lines = model.lines.slice(0, step.to);
    model.unwritten = 0;
  } else if (step.do === "delete") {
    model.lines = null;
    model.unwritten = 0;
  }
}

async function play(all: readonly Step[]): Promise<void> {
  const id = randomUUID();
  const path = transcriptPath(desk.machine.home, desk.checkout, id);
  const model = new Model();
  for (const step of [...all, { do: "capture" } as const]) {
    if (step.do === "capture") {
      if (model.lines !== null) await desk.capture(id);
      model.captured();
    } else if (step.do === "sync") {
      await holds(id, model);
    } else if (step.do === "lose") {
      await rm(join(desk.checkout, ".git", "hx"), { recursive: true, force: true });
      model.known = false;
    } else {
      changed(model, step);
      if (model.lines === null) await rm(path, { force: true });
      else await writeQuiet(path, model.text());
    }
  }
  await holds(id, model);
  await rm(path, { force: true });
}

async function holds(id: string, { expected }: Model): Promise<void> {
  const contents = (await desk.kept(id)).map(({ files }) => files.get(`projects/_/${id}.jsonl`));
  expect(contents.some((content) => content?.includes(WORD))).toBe(false);
  if (expected === null) expect(contents).toEqual([]);
  else expect(contents.map((content) => content?.equals(expected))).toContain(true);
}

describe("whatever happens to a transcript", () => {
  it("what was captured last can be restored, and nothing that ran outside", async () => {
    await fc.assert(fc.asyncProperty(steps, play), { numRuns: RUNS, interruptAfterTimeLimit: 1_500_000, endOnFailure: RUNS < 10 });
  }, 1_800_000);
});
