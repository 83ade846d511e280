import { join } from "node:path";
import { readFile, writeFile } from "node:fs/promises";
import type { DemoStep } from "../../cli/world.ts";
import { dayOf, dayText } from "../../domain/policy/day.ts";
import type { Play } from "./play.ts";
import type { Machine } from "./stage.ts";
import { mustHold, shown, told } from "./step.ts";

const DAY_MS = 86_400_000;

/** Who plays it: an administrator and somebody else, each with a clone. */
export interface Staff {
  readonly administrator: Machine;
  readonly member: Machine;
}

/** Two versions of a policy: announced, in force, shown before the first capture under each, compared. */
export async function* policy({ stage, progress, passphraseFile }: Play, { administrator, member }: Staff): AsyncGenerator<DemoStep> {
  progress.phase("a policy");
  const today = dayOf(Date.now());
  const written = await stage.run(administrator, ["hx", "policy", "init", "--yes", "--company", "Acme Web", "--contact", "privacy@example.com", "--tool", "Claude Code", "--tool", "Codex", "--retention", "24", "--notice", "1", "--instrument", "none", "--coaching", "no"]);
  yield shown("Dana writes down whose the record is, from a template", written);
  yield shown("She publishes it, with the notice that it states itself", await stage.run(administrator, ["hx", "policy", "publish", "--effective", dayText(today + 1), "--yes"]));
  const announced = await stage.run(member, ["hx", "sync"]);
  mustHold(announced.lines.some((line) => line.includes("version 1 of the policy takes effect on")), "a coming version is not announced");
  yield shown("Ben is told of it, once", announced);
  yield shown("Until its day, everything goes on", await stage.run(member, ["hx", "capture"]));

  yield* inForce(1, 1);
  const text = join(administrator.work, ".hx", "policy", "terms.yaml");
  await writeFile(text, (await readFile(text, "utf8")).replace(/^group: \d+$/m, "group: 8"));
  for (const name of ["policy.en.md", "policy.de.md", "annex.en.md", "annex.de.md"]) {
    const file = join(administrator.work, ".hx", "policy", name);
    await writeFile(file, (await readFile(file, "utf8")).replaceAll(/(<!-- hx:group -->)\d+/g, "$18"));
  }
  await unlocked(administrator, 1);
  yield shown("Dana raises the smallest group of which a figure is shown, and sees what changes", await stage.run(administrator, ["hx", "policy", "diff", "1", "draft"], { daysOn: 1 }));
  yield shown("A second version, with notice again", await stage.run(administrator, ["hx", "policy", "publish", "--effective", dayText(today + 2), "--yes"], { daysOn: 1 }));
  yield shown("Ben sees it come", await stage.run(member, ["hx", "sync"], { daysOn: 1 }));

  yield* inForce(2, 2);
  const history = await stage.run(member, ["hx", "policy", "history"], { daysOn: 2 });
  mustHold(/^1\tpast\t/m.test(history.lines.join("\n")) && /^2\tin force\t/m.test(history.lines.join("\n")), "the history does not have both versions");
  yield shown("Every version stays readable for ever", history);
  yield shown("And so does what changed between them", await stage.run(member, ["hx", "policy", "diff"], { daysOn: 2 }), 8);

  async function* inForce(version: number, daysOn: number): AsyncGenerator<DemoStep> {
    yield told(`The day has come: the clock of the demo's machines now says ${dayText(dayOf(Date.now() + daysOn * DAY_MS))}`, "nothing of yours is touched", []);
    await unlocked(member, daysOn);
    yield shown(`Nothing is captured under version ${version} before Ben was shown it`, await stage.run(member, ["hx", "capture"], { ends: 14, daysOn }));
    const seen = await stage.run(member, ["hx", "policy", "show", "--language", "en", "--json"], { daysOn });
    const { recorded, documents } = JSON.parse(seen.out.toString("utf8")) as { recorded?: string; documents: readonly { text?: string }[] };
    mustHold(recorded === "recorded", "that it was shown is not recorded");
    const lines = documents.flatMap(({ text }) => (text ?? "").split("\n")).filter((line) => line.startsWith("#")).slice(0, 8);
    yield told("Shown to him, and recorded for him alone", seen.command, [...lines, "…", `recorded that version ${version} was shown`]);
    yield shown("From then on it goes on by itself", await stage.run(member, ["hx", "capture"], { daysOn }));
  }

  /** What was remembered of the passphrase is forgotten by now. */
  async function unlocked(machine: Machine, daysOn: number): Promise<void> {
    await stage.run(machine, ["hx", "identity", "unlock", "--passphrase-file", passphraseFile], { daysOn });
  }
}
