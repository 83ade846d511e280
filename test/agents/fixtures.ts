import type { MakeFixture } from "./contract.ts";

/** The fixture of a wired agent: `test/agents/<name>.fixture.ts` exports one. */
export async function fixtureOf(name: string): Promise<MakeFixture> {
  const module = (await import(`./${name}.fixture.ts`)) as Readonly<Record<string, unknown>>;
  const [make] = Object.entries(module).flatMap(([key, value]) => (key.endsWith("Fixture") && typeof value === "function" ? [value as MakeFixture] : []));
  if (make === undefined) throw new Error(`'test/agents/${name}.fixture.ts' exports no fixture`);
  return make;
}
