import { HxError } from "../../domain/errors.ts";
import type { CommandSpec } from "../command.ts";
import { SCHEMAS } from "../json/schemas.ts";

export const command: CommandSpec = {
  name: "member role",
  group: "Care",
  summary: "Make somebody an administrator, or a member like the others",
  details: ["An administrator lets people in, removes them, and connects and grants projects. It gives nobody a key to anybody's sessions."],
  arguments: [
    { name: "<person>", summary: "By name, e-mail, or a beginning of their id" },
    { name: "<role>", summary: "`administrator` or `member`" },
  ],
  examples: ["hx member role ben administrator", "hx member role ben@example.com member --yes"],
  exits: [1, 4, 10, 11, 12, 13, 14, 130],
  schema: SCHEMAS.member,
  async run(call) {
    const [person = "", role] = call.arguments;
    if (role !== "administrator" && role !== "member") throw new HxError("usage", `'${role ?? ""}' is no role`, { hints: ["hx member role <person> administrator", "hx member role <person> member"] });
    const { people } = await call.world();
    if (!(await call.answers.confirm(`make '${person}' ${role === "member" ? "a member like the others" : "an administrator"}?`))) throw new HxError("interrupted", "nothing was changed");
    const change = await people.setRole(person, role === "administrator");
    call.progress.done();
    const [{ memberJson }, { personChangesView }] = await Promise.all([import("../json/people.ts"), import("../views/people.ts")]);
    if (call.json) await call.out.json(memberJson([change]));
    else await call.out.write(personChangesView([change], call.out.style));
  },
};
