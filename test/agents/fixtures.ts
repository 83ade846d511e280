import type { MakeFixture } from "./contract.ts";

/** Those whose sessions have no file or store of their own to write: they have tests of their own. */
const WITHOUT: ReadonlySet<string> = new Set(["aider", "door"]);

export const hasFixture = (name: string): boolean => !WITHOUT.has(name);

/** The fixture of a wired agent: `test/agents/<name>.fixture.ts` exports one. */
export async function fixtureOf(name: string): Promise<MakeFixture> {
  const module = (await import(`./${name}.fixture.ts`)) as Readonly<Record<string, unknown>>;
  const [make] = Object.entries(module).flatMap(([key, value]) => (key.endsWith("Fixture") && typeof value === "function" ? [value as MakeFixture] : []));
  if (make === undefined) throw new Error(`'test/agents/${name}.fixture.ts' exports no fixture`);
  return make;
}
