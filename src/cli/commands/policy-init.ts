import { HxError } from "../../domain/errors.ts";
import { TERM_BOUNDS } from "../../domain/policy/terms.ts";
import type { PolicyTerms } from "../../domain/policy/terms.ts";
import { LANGUAGES, isLanguage } from "../../domain/policy/version.ts";
import type { Language } from "../../domain/policy/version.ts";
import type { Call, CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "policy init",
  group: "Care",
  summary: "Write a session records policy into .hx/policy, from a template and a few answers",
  details: ["Terms for hx, and texts for people that state them, in English and German. Change the texts as you like: `hx policy check` says whether they still state the terms. A template is not legal advice."],
  options: [
    { flags: "--company <name>", summary: "Whose policy it is" },
    { flags: "--contact <contact>", summary: "Whom to ask" },
    { flags: "--tool <name>", summary: "An agent whose sessions are recorded", repeatable: true },
    { flags: "--notice <days>", summary: "Days between a new version and its effect, 1 to 365" },
    { flags: "--retention <months>", summary: "Months for which sessions are kept, or `none`" },
    { flags: "--coaching <answer>", summary: "Whether sessions may be used for coaching that their author asked for", choices: ["yes", "no"] },
    { flags: "--instrument <name>", summary: "Something that applies beside it, such as a works agreement; `none` for nothing", repeatable: true },
    { flags: "--group <people>", summary: "The smallest group of which a figure is shown, 5 at least; 5 when not given" },
    { flags: "--approval <days>", summary: "Days that an approval lives at most, or `none`; none when not given" },
    { flags: "--redaction <answer>", summary: "Whether found secrets are taken out of what is shared; yes when not given", choices: ["yes", "no"] },
    { flags: "--pause <answer>", summary: "Whether people may pause the recording; yes when not given", choices: ["yes", "no"] },
    { flags: "--exclude <answer>", summary: "Whether people may keep a session out of it; yes when not given", choices: ["yes", "no"] },
    { flags: "--language <languages>", summary: "Languages of the texts, with commas; `en,de` when not given" },
    { flags: "--force", summary: "Overwrite what is there" },
  ],
  examples: ["hx policy init", 'hx policy init --yes --company "Example Ltd" --contact privacy@example.com --retention 24 --language en'],
  exits: [1, 10, 14],
  schema: SCHEMAS["policy-init"],
  async run(call) {
    const languages = languagesOf(call.options.text("language"));
    const force = call.options.flag("force");
    const { policy } = await call.world();
    if (!force && (await policy.hasDraft())) throw new HxError("exists", "'.hx/policy/terms.yaml' is there already", { hints: ["hx policy init --force", "hx policy check"] });
    const files = await policy.init(await termsOf(call), { languages, force });
    call.progress.done();
    if (call.json) return call.out.json({ schema: SCHEMAS["policy-init"], files });
    const next = "next:\n  read them, adapt what is marked, have them checked: a template is not legal advice\n  hx policy check\n  hx policy publish --effective <date>\n";
    await call.out.write(`${files.map((file) => `wrote ${file}\n`).join("")}${next}`);
  },
};

async function termsOf(call: Call): Promise<PolicyTerms> {
  const { options } = call;
  const said = async (name: string, question: string, suggestion?: string): Promise<string> => (options.text(name) ?? (await call.answers.text(question, `--${name}`, suggestion))).trim();
  const listed = async (name: string, question: string, suggestion: string): Promise<readonly string[]> => {
    const given = options.list(name);
    const entries = given.length > 0 ? given : (await call.answers.text(question, `--${name}`, suggestion)).split(",");
    const clean = entries.map((entry) => entry.trim()).filter((entry) => entry !== "");
    return clean.length === 1 && clean[0]?.toLowerCase() === "none" ? [] : clean;
  };
  return {
    company: await said("company", "Whose policy is it?"),
    contact: await said("contact", "Whom can people ask (an address)?"),
    tools: await listed("tool", "Sessions of which agents are recorded (with commas)?", "Claude Code, Codex"),
    retention: numberOrNone("retention", await said("retention", "For how many months are sessions kept (or none)?", "none")),
    instruments: await listed("instrument", "What else applies, such as a works agreement (with commas, or none)?", "none"),
    coaching: yes("coaching", await said("coaching", "May sessions be used for coaching that their author asked for (yes or no)?", "no")),
    notice: numberOf("notice", await said("notice", "How many days before its effect is a new version announced?", "30")),
    group: numberOf("group", options.text("group") ?? "5"),
    approval: numberOrNone("approval", options.text("approval") ?? "none"),
    redaction: yes("redaction", options.text("redaction") ?? "yes"),
    pause: yes("pause", options.text("pause") ?? "yes"),
    exclude: yes("exclude", options.text("exclude") ?? "yes"),
  };
}

function numberOf(name: keyof typeof TERM_BOUNDS, text: string): number {
  const [least, most] = TERM_BOUNDS[name];
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new HxError("usage", `'${text}' for '--${name}' is not a whole number from ${least} to ${most}`);
}

function numberOrNone(name: "retention" | "approval", text: string): number | null {
  return text.toLowerCase() === "none" ? null : numberOf(name, text);
}

function yes(name: string, text: string): boolean {
  const answer = text.toLowerCase();
  if (answer === "yes" || answer === "y") return true;
  if (answer === "no" || answer === "n") return false;
  throw new HxError("usage", `'${text}' for '--${name}' is neither 'yes' nor 'no'`);
}

function languagesOf(text: string | undefined): readonly Language[] {
  if (text === undefined) return LANGUAGES;
  const languages = text.split(",").map((language) => language.trim());
  const known = languages.filter((language) => isLanguage(language));
  if (known.length === languages.length && known.length > 0) return LANGUAGES.filter((language) => known.includes(language));
  throw new HxError("usage", `'--language ${text}' has a language of which there is no template`, { hints: [`hx policy init --language ${LANGUAGES.join(",")}`] });
}
