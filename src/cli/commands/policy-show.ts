import { HxError, isHxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import { versionOf } from "../policy-version.ts";

export const command: CommandSpec = {
  name: "policy show",
  group: "Care",
  summary: "Show a version of the policy: the one in force, when none is named",
  details: [
    "From the workspace chain, so every version can be read in every clone. No key is needed.",
    "In a terminal or with --json it records, for you alone, that you were shown the version in force or one that is coming: capture waits for that.",
  ],
  arguments: [{ name: "[version]", summary: "Its number" }],
  options: [{ flags: "--language <language>", summary: "Only the texts in this language; English where there is one, when not given" }],
  examples: ["hx policy show", "hx policy show 1 --language de", "hx policy show --json"],
  exits: [1, 3, 10, 13],
  schema: SCHEMAS.policy,
  async run(call) {
    const { policy } = await call.world();
    const shown = await policy.show(versionOf(call.arguments[0]));
    call.progress.done();
    const [{ policyJson }, { languagesOf, policyView, recordedView }] = await Promise.all([import("../json/policy.ts"), import("../views/policy.ts")]);
    const languages = languagesOf(shown);
    const wanted = call.options.text("language");
    if (wanted !== undefined && !languages.includes(wanted)) throw new HxError("not-found", `version ${shown.version} has no text in '${wanted}'`, { hints: [`hx policy show ${shown.version} --language ${languages[0] ?? "en"}`] });
    const language = wanted ?? (languages.includes("en") ? "en" : (languages[0] ?? "en"));
    const documents = shown.documents.filter(({ name }) => (call.json && wanted === undefined) || name.split(".")[1] === language);
    const isWhole = documents.every(({ text }) => text !== undefined);
    if (!call.json) await call.page((out) => out.write(policyView({ ...shown, documents }, languages, out.style)));
    // What nobody looks at was not shown, and of a version that is over nothing depends.
    const counts = isWhole && (call.json || call.out.isTTY) && (shown.standing === "in force" || shown.standing === "coming");
    const recorded = counts ? await policy.noteShown(shown.version).catch(notConnected) : undefined;
    if (call.json) await call.out.json(policyJson({ ...shown, documents }, recorded));
    else if (recorded !== undefined) await call.out.write(recordedView(shown.version, recorded));
    return isWhole ? 0 : 3;
  },
};

/** Nothing is captured where the connection does not hold, so nothing waits for it. */
function notConnected(error: unknown): undefined {
  if (!isHxError(error) || error.code !== "not-connected") throw error;
}
