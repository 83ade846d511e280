import { HxError } from "../../domain/errors.ts";
import type { PersonId, ProjectId, TeamId } from "../../domain/ids.ts";
import { skeleton } from "../../domain/words.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { MembershipSeeds } from "../../format/key-file.ts";
import type { SealedName } from "../../format/sealed-name.ts";
import type { Crypto } from "../../ports/crypto.ts";
import { nameKeys, personName, projectName, teamName, type NameKeys } from "./member.ts";

/** Something in the workspace that has a name. `name` is null where no membership key at hand opens it. */
export interface Entry<Id extends string> {
  readonly id: Id;
  readonly name: string | null;
  readonly email?: string;
}

/** The names of a workspace, as a member can read them. */
export class Directory {
  readonly #crypto: Crypto;
  readonly #state: WorkspaceState;
  readonly #memberships: readonly MembershipSeeds[];
  readonly #keys: NameKeys;
  readonly #people = new Map<PersonId, SealedName | null>();
  readonly #teams = new Map<TeamId, string | null>();
  readonly #projects = new Map<ProjectId, string | null>();

  constructor(crypto: Crypto, state: WorkspaceState, memberships: readonly MembershipSeeds[]) {
    this.#crypto = crypto;
    this.#state = state;
    this.#memberships = memberships;
    this.#keys = nameKeys(crypto, state, memberships.filter(({ workspace }) => workspace === state.workspace));
  }

  /** The names of another state of the same workspace, with the same keys. */
  at(state: WorkspaceState): Directory {
    return new Directory(this.#crypto, state, this.#memberships);
  }

  person(id: PersonId): Entry<PersonId> {
    const sealed = once(this.#people, id, () => personName(this.#crypto, this.#state, this.#keys, id));
    return { id, name: sealed?.name ?? null, ...(sealed?.email === undefined ? {} : { email: sealed.email }) };
  }

  team(id: TeamId): Entry<TeamId> {
    return { id, name: once(this.#teams, id, () => teamName(this.#crypto, this.#state, this.#keys, id)) };
  }

  project(id: ProjectId): Entry<ProjectId> {
    return { id, name: once(this.#projects, id, () => projectName(this.#crypto, this.#state, this.#keys, id)) };
  }

  /** People who were removed too. */
  people(): readonly Entry<PersonId>[] {
    return [...this.#state.persons.keys()].map((id) => this.person(id));
  }

  teams(): readonly Entry<TeamId>[] {
    return [...this.#state.teams.keys()].map((id) => this.team(id));
  }

  projects(): readonly Entry<ProjectId>[] {
    return [...this.#state.projects.keys()].map((id) => this.project(id));
  }

  /** By name, e-mail, or a beginning of the id of at least 4 digits; the living before those who were removed. @throws HxError `not-found`, `ambiguous` */
  findPerson(text: string): Entry<PersonId> {
    const all = this.people();
    const living = all.filter(({ id }) => this.#state.persons.get(id)?.state === "living");
    return only("person", text, living.some((entry) => matches(entry, text)) ? living : all, "hx member list");
  }

  findTeam(text: string): Entry<TeamId> {
    return only("team", text, this.teams(), "hx team list");
  }

  findProject(text: string): Entry<ProjectId> {
    return only("project", text, this.projects(), "hx project list");
  }

  /** Who among the living has this e-mail; more than one is nobody's. */
  withEmail(email: string): readonly Entry<PersonId>[] {
    const wanted = email.trim().toLowerCase();
    return this.people().filter(({ id, email: has }) => this.#state.persons.get(id)?.state === "living" && has?.trim().toLowerCase() === wanted);
  }
}

/** To open a name takes a decapsulation, and a log asks for the same few of them for every line. */
function once<Id, Name>(known: Map<Id, Name>, id: Id, open: () => Name): Name {
  const before = known.get(id);
  if (before !== undefined) return before;
  const name = open();
  known.set(id, name);
  return name;
}

/** What a person calls it: its name, or the beginning of its id where the name is closed to them. */
export function called(entry: Entry<string>): string {
  return entry.name ?? entry.id.slice(0, 8);
}

/** @throws HxError `exists` when a reader could take one name for the other */
export function refuseLookAlike(what: string, name: string, there: readonly Entry<string>[], hints: readonly string[] = []): void {
  const twin = there.find((entry) => entry.name !== null && skeleton(entry.name) === skeleton(name));
  if (twin !== undefined) throw new HxError("exists", `there is a ${what} '${twin.name ?? ""}' already, and '${name}' looks like it`, { hints });
}

function matches(entry: Entry<string>, text: string): boolean {
  const wanted = text.toLowerCase();
  return entry.name?.toLowerCase() === wanted || entry.email?.toLowerCase() === wanted || (text.length >= 4 && entry.id.startsWith(wanted));
}

function only<Id extends string>(what: string, text: string, entries: readonly Entry<Id>[], hint: string): Entry<Id> {
  const found = entries.filter((entry) => matches(entry, text));
  const [first, second] = found;
  if (first === undefined) throw new HxError("not-found", `no ${what} is called '${text}'`, { hints: [hint] });
  if (second === undefined) return first;
  throw new HxError("ambiguous", `'${text}' is the name of ${found.length}: ${found.map(({ id }) => id).join(", ")}`, { hints: [hint] });
}
