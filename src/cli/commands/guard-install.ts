import { HxError } from "../../domain/errors.ts";
import { present, type Call, type CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";
import type { ServerHookResult } from "../world-guard.ts";

export const command: CommandSpec = {
  name: "guard install",
  group: "Care",
  summary: "Put guard before the pushes of a git server",
  details: [
    "Knows a bare repository, its pre-receive.d (Gitea, Forgejo) and custom_hooks (GitLab), the home and the hooks of gitolite, and a directory of hooks.",
    "A hook of somebody else is never touched: exit 1, and the lines to add to it. The hook calls hx by its absolute path, and refuses every push where hx is gone.",
  ],
  arguments: [{ name: "[directory]", summary: "Of the server; with --print not needed" }],
  options: [
    { flags: "--print", summary: "Print the hook, and write nothing" },
    { flags: "--program <path>", summary: "The hx that the hook calls, instead of this one" },
  ],
  examples: ["hx guard install /srv/git/shop.git", "hx guard install /var/lib/gitolite", "hx guard install --print"],
  exits: [1, 11],
  schema: SCHEMAS["guard-hook"],
  async run(call) {
    const options = present({ program: call.options.text("program") });
    const { guard } = await call.world();
    if (call.options.flag("print")) return await call.out.write(await guard.script(options));
    return await tell(call, await guard.install(directoryOf(call), options));
  },
};

export const uninstall: CommandSpec = {
  name: "guard uninstall",
  group: "Care",
  summary: "Take the hook away that guard install made",
  arguments: [{ name: "[directory]", summary: "As for guard install" }],
  examples: ["hx guard uninstall /srv/git/shop.git"],
  exits: [1, 11],
  schema: SCHEMAS["guard-hook"],
  run: async (call) => await tell(call, await (await call.world()).guard.uninstall(directoryOf(call))),
};

function directoryOf(call: Call): string {
  const [directory] = call.arguments;
  if (directory === undefined) throw new HxError("usage", "name the directory of the server", { hints: ["hx guard install --help"] });
  return directory;
}

async function tell(call: Call, result: ServerHookResult): Promise<0 | 1> {
  const [{ serverHookJson }, { serverHookView }] = await Promise.all([import("../json/guard.ts"), import("../views/guard.ts")]);
  if (call.json) await call.out.json(serverHookJson(result));
  else await call.out.write(serverHookView(result));
  return result.done === "by-hand" ? 1 : 0;
}
