import { openIdentity } from "../../src/app/identity/open.ts";
import type { WorldContext } from "../../src/cli/world.ts";
import type { PersonId } from "../../src/domain/ids.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { openSharing, type SharingClone } from "../../src/wire/sharing-clone.ts";
import { prompt, transcriptPath, writeQuiet } from "../journey/claude.ts";
import { portsOf, type Colleague } from "./workspace-people.ts";

/** A team that is granted the project: nominated by the administrator, its key made by the first, the others let in by them. */
export async function teamOf(administrator: Colleague, name: string, members: readonly (readonly [Colleague, string])[]): Promise<void> {
  await administrator.hx("team", "create", name);
  await administrator.hx("project", "grant", name);
  for (const [i, [member, called]] of members.entries()) {
    await administrator.hx("team", "nominate", name, called);
    const admitting = i === 0 ? member : (members[0]?.[0] ?? member);
    await admitting.hx("sync");
    await admitting.hx("team", "admit", name, called, "--yes");
  }
  for (const [member] of members) await member.hx("sync");
}

/** The clone as its commands see it. */
export async function sharingOf({ machine, checkout }: Colleague): Promise<SharingClone> {
  const progress = { phase: () => undefined, warn: () => undefined, done: () => undefined };
  const context: WorldContext = { directory: checkout, passphrase: { ask: async () => null }, progress, signal: new AbortController().signal };
  return openSharing(readSettings(machine.env), context, () => portsOf(machine), "must");
}

export async function personOf({ machine }: Colleague): Promise<PersonId> {
  return (await openIdentity(await portsOf(machine))).person;
}

/** Writes a session with a turn for each text, captures and pushes it. @returns its id */
export async function keeps({ machine, checkout }: Colleague, number: number, turns: readonly string[]): Promise<string> {
  const id = `0a1b2c3d-0000-4000-8000-${String(number).padStart(12, "0")}`;
  await writeQuiet(transcriptPath(machine.home, checkout, id), turns.map((text) => prompt(text, checkout)).join(""));
  await machine.hx(checkout, "capture");
  await machine.hx(checkout, "sync");
  const { sessions } = JSON.parse(await machine.hx(checkout, "list", "--json")) as { readonly sessions: readonly { readonly id: string; readonly title?: string }[] };
  const found = sessions.find(({ title }) => title === turns[0]);
  if (found === undefined) throw new Error(`the session is not among ${JSON.stringify(sessions)}`);
  return found.id;
}
