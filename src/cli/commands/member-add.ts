import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { HxError } from "../../domain/errors.ts";
import type { Call, CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { chooseCards } from "./choose-cards.ts";

export const command: CommandSpec = {
  name: "member add",
  group: "Care",
  summary: "Let somebody in who asked to join",
  details: [
    "Compare the fingerprint with the one that they tell you, on the phone or in person: what lies in the repository anybody who can push could have put there.",
    "Somebody is named by fingerprint (its beginning, of at least 8 digits, will do), id, name, e-mail, or by a file that they brought.",
  ],
  arguments: [{ name: "[card...]", summary: "Who, as `hx member list --pending` shows them" }],
  options: [{ flags: "--pending", summary: "Go through all who wait, with a question for each" }],
  examples: ['hx member add "1a2b 3c4d"', "hx member add --pending", "hx member add 1a2b3c4d5e6f --yes"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.member,
  async run(call) {
    const { people } = await call.world();
    const { texts, files } = sorted(call);
    if (texts.length + files.length === 0 && !call.options.flag("pending")) throw new HxError("usage", "nobody was named", { hints: ["hx member list --pending", "hx member add --pending"] });
    if (texts.length + files.length > 0 && call.options.flag("pending")) throw new HxError("usage", "'--pending' goes through all who wait: name nobody with it");
    const all = await people.pendingPeople(files);
    const cards = texts.length === 0 && files.length > 0 ? all.filter(({ where }) => where.some((place) => files.includes(place))) : all;
    const agreed = await chooseCards(call, cards, texts, "hx member add");
    const changes = agreed.length === 0 ? [] : await people.admit(agreed, files);
    call.progress.done();
    const [{ memberJson }, { personChangesView }] = await Promise.all([import("../json/people.ts"), import("../views/people.ts")]);
    if (call.json) await call.out.json(memberJson(changes));
    else await call.out.write(changes.length === 0 ? "nobody was let in\n" : personChangesView(changes, call.out.style));
  },
};

/** A word that names a file that is there is a card that somebody brought. */
function sorted(call: Call): { readonly texts: readonly string[]; readonly files: readonly string[] } {
  const isFile = (text: string): boolean => /[./\\]/.test(text) && existsSync(resolve(call.directory, text));
  return { texts: call.arguments.filter((text) => !isFile(text)), files: call.arguments.filter(isFile) };
}
