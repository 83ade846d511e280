import { HxError } from "../../domain/errors.ts";
import type { Call, CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { JoinOptions, JoinReport } from "../world-people.ts";
import type { PolicyBrief } from "../world-policy.ts";
import { PHRASE_OPTIONS, newIdentity } from "./new-identity.ts";
import { PROTECTION_OPTIONS, protectionOf } from "./protection-options.ts";

export const command: CommandSpec = {
  name: "join",
  group: "Start",
  summary: "Ask to come into the workspace of this repository, or go on once you are in",
  details: [
    "An administrator admits you when the fingerprint that you tell them is the one they see.",
    "Until then everything that you capture waits on this machine. Call it again to see how it stands.",
    "With --device this machine asks your other devices to take it in.",
  ],
  options: [
    { flags: "--name <name>", summary: "Your name in the workspace; git's user.name when not given" },
    { flags: "--email <email>", summary: "Your e-mail in the workspace; git's user.email when not given" },
    { flags: "--invitation <digits>", summary: "Beginning of the workspace id that somebody gave you, at least 16 hex digits" },
    { flags: "--device", summary: "Become another device of a member" },
    { flags: "--person <id>", summary: "With --device: whose, by a beginning of the person id that `hx identity show` prints" },
    { flags: "--out <file>", summary: "Write the request into a new file instead of pushing it" },
    { flags: "--no-hooks", summary: "Install no hooks" },
    { flags: "--project-hooks", summary: "Put agent hooks into the project's settings instead of yours" },
    { flags: "--throwaway-ok", summary: "Make keys in a home that will not last (a container, a CI job)" },
    ...PROTECTION_OPTIONS,
    ...PHRASE_OPTIONS,
  ],
  examples: ["hx join", 'hx join --yes --name "Ben Okri" --email ben@example.com --invitation 3f0c9a1e77b2d445', "hx join --device --person 1a2b3c4d"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.join,
  run: (call) => (call.options.flag("device") ? joinDevice(call) : joinPerson(call)),
};

async function joinPerson(call: Call): Promise<void> {
  if (call.options.text("person") !== undefined) throw new HxError("usage", "'--person' goes with '--device'");
  const { people, policy } = await call.world();
  const options = optionsOf(call);
  const plan = await people.planJoin(options);
  if (!call.json) {
    const { joinPlanView } = await import("../views/people.ts");
    call.progress.done();
    await call.out.write(joinPlanView(plan, call.out.style));
  }
  // Who asked before, or was admitted, agreed then.
  if (plan.standing === "new" && !(await call.answers.confirm("do this?"))) throw new HxError("interrupted", "nothing was changed");
  if (plan.needsIdentity) await newIdentity(call);
  const done = await people.join(options);
  if (plan.policy !== undefined) await policy.noteShown(plan.policy.version);
  await report(call, done, plan.policy);
}

async function joinDevice(call: Call): Promise<void> {
  const { people } = await call.world();
  const { hooks, projectHooks } = optionsOf(call);
  if (!(await call.answers.confirm("ask your other devices to take this machine in?"))) throw new HxError("interrupted", "nothing was changed");
  const wanted = { ...present({ invitation: call.options.text("invitation"), person: call.options.text("person") }), hooks, projectHooks };
  await report(call, await people.joinDevice(wanted, () => protectionOf(call, () => call.passphrases.fresh())));
}

async function report(call: Call, done: JoinReport, policy?: PolicyBrief): Promise<void> {
  call.progress.done();
  const [{ joinJson }, { joinView }] = await Promise.all([import("../json/people.ts"), import("../views/people.ts")]);
  if (call.json) await call.out.json(joinJson(done, policy));
  else await call.out.write(joinView(done, call.out.style));
}

function optionsOf({ options }: Call): JoinOptions {
  return {
    ...present({ name: options.text("name"), email: options.text("email"), invitation: options.text("invitation"), out: options.text("out") }),
    hooks: !options.refused("hooks"),
    projectHooks: options.flag("projectHooks"),
    throwawayOk: options.flag("throwawayOk"),
  };
}
