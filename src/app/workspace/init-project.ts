import { HxError } from "../../domain/errors.ts";
import type { ProjectId } from "../../domain/ids.ts";
import { called, refuseLookAlike, type Entry } from "./directory.ts";

const OTHER = "hx init --project <name>";

/**
 * The project to which `init` connects a repository: the one that is there under this name, or null for a new one.
 * @param isChosen whether somebody gave the name, or the id; one that comes from the repository joins nothing unasked, as the teams of a
 * project may ask for all of it
 * @throws HxError `exists` for a name that is there and was not chosen, and for one that looks like another; `ambiguous` with the ids
 */
export function projectToConnect(projects: readonly Entry<ProjectId>[], name: string, isChosen: boolean): Entry<ProjectId> | null {
  const wanted = name.toLowerCase();
  const byId = isChosen ? projects.filter(({ id }) => id === wanted) : [];
  const [first, second] = byId.length > 0 ? byId : projects.filter((entry) => entry.name?.toLowerCase() === wanted);
  if (first === undefined) {
    refuseLookAlike("project", name, projects, [OTHER]);
    return null;
  }
  if (second !== undefined) {
    const ids = projects.flatMap((entry) => (entry.name?.toLowerCase() === wanted ? [entry.id] : []));
    throw new HxError("ambiguous", `'${name}' is the name of ${ids.length} projects: ${ids.join(", ")}`, { hints: ids.map((id) => `hx init --project ${id}`) });
  }
  if (!isChosen) throw new HxError("exists", `there is a project '${called(first)}' already: say whether this repository is of it, or give another name`, { hints: [`hx init --project ${first.id}`, OTHER] });
  return first;
}
