import { HxError } from "../../domain/errors.ts";
import type { ProjectId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { nameProblem } from "../../domain/words.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Acting } from "../workspace/acting.ts";
import { projectBody } from "../workspace/compose.ts";
import { refuseLookAlike } from "../workspace/directory.ts";
import { newProjectId } from "../workspace/found.ts";
import type { Plan } from "../workspace/plan.ts";
import { needAdministrator } from "../workspace/rights.ts";

/** A project to which no repository is connected yet. @throws HxError `usage`, `exists`, `refused` */
export function createProject(crypto: Crypto, state: WorkspaceState, acting: Acting, name: string): Plan<ProjectId> {
  const problem = nameProblem(name);
  if (problem !== null) throw new HxError("usage", `'${name}' is no name for a project: ${problem}`);
  needAdministrator(state, acting, "create a project");
  refuseLookAlike("project", name, acting.directory.projects());
  const about = newProjectId(crypto);
  return { about, bodies: [(at) => projectBody(crypto, at, about, name)], done: [{ act: "created", already: false }] };
}
