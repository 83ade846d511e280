import type { Call, CommandSpec } from "../command.ts";
import { present } from "../command.ts";
import { HxError } from "../../domain/errors.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { InitOptions, InitPlan } from "../world.ts";
import { PHRASE_OPTIONS, newIdentity } from "./new-identity.ts";
import { PROTECTION_OPTIONS } from "./protection-options.ts";

const NEXT = `next:
  git add .hx && git commit -m "connect hx"    so that the others can see the connection
  hx capture && hx sync                        keep what is there already
  hx status                                    see where you stand
`;

export const command: CommandSpec = {
  name: "init",
  group: "Start",
  summary: "Connect this repository: identity, workspace, project, hooks",
  details: ["Shows its plan, asks once, does it. `hx uninstall` undoes it."],
  options: [
    { flags: "--name <name>", summary: "Your name in the workspace; git's user.name when not given" },
    { flags: "--email <email>", summary: "Your e-mail in the workspace; git's user.email when not given" },
    { flags: "--project <name>", summary: "Name of the project; that of the repository when not given. One that is there under this name is taken" },
    { flags: "--workspace <url>", summary: "The repository that holds the workspace; this one when not given" },
    { flags: "--remote <remote>", summary: "A remote that counts as the company's", repeatable: true },
    { flags: "--no-hooks", summary: "Install no hooks" },
    { flags: "--project-hooks", summary: "Put agent hooks into the project's settings instead of yours" },
    { flags: "--public-ok", summary: "Accept a remote that everybody can read" },
    { flags: "--throwaway-ok", summary: "Make keys in a home that will not last (a container, a CI job)" },
    ...PROTECTION_OPTIONS,
    ...PHRASE_OPTIONS,
    { flags: "-n, --dry-run", summary: "Show the plan, do nothing" },
  ],
  examples: ["hx init", "hx init --dry-run", 'hx init --yes --project shop --name "Ada Byron" --email ada@example.com'],
  exits: [1, 4, 10, 11, 13, 14, 130],
  schema: SCHEMAS.init,
  async run(call) {
    const world = await call.world();
    const options = optionsOf(call);
    const plan = await world.setup.planInit(options);
    const { initJson } = await import("../json/setup.ts");
    if (!call.json) await showPlan(call, plan);
    if (call.options.flag("dryRun")) return call.json ? call.out.json(initJson(null, plan)) : undefined;
    if (!(await call.answers.confirm("do this?"))) throw new HxError("interrupted", "nothing was changed");
    if (plan.needsIdentity) await newIdentity(call);
    const report = await world.setup.init(options);
    if (plan.policy !== undefined) await world.policy.noteShown(plan.policy.version);
    call.progress.done();
    if (call.json) return call.out.json(initJson(report, { ...report, ...present({ policy: plan.policy }) }));
    const { planView, warningsView } = await import("../views/plan.ts");
    await call.out.write(`done:\n${planView(report.lines, call.out.style)}${warningsView(report.warnings, call.out.style)}${NEXT}`);
  },
};

function optionsOf({ options }: Call): InitOptions {
  const remotes = options.list("remote");
  return {
    ...present({ name: options.text("name"), email: options.text("email"), project: options.text("project"), workspace: options.text("workspace") }),
    ...(remotes.length === 0 ? {} : { remotes }),
    hooks: !options.refused("hooks"),
    projectHooks: options.flag("projectHooks"),
    publicOk: options.flag("publicOk"),
    throwawayOk: options.flag("throwawayOk"),
  };
}

async function showPlan(call: Call, plan: InitPlan): Promise<void> {
  const { planView, warningsView } = await import("../views/plan.ts");
  const { visibleLine } = await import("../io/control-characters.ts");
  const { style } = call.out;
  const head = `plan, as ${visibleLine(plan.name)} <${visibleLine(plan.email)}>, project '${visibleLine(plan.project)}':\n`;
  const { briefView } = await import("../views/policy.ts");
  const policy = plan.policy === undefined ? "" : briefView(plan.policy, style);
  await call.out.write(`${head}${planView(plan.lines, style)}${warningsView(plan.warnings, style)}${policy}`);
}
