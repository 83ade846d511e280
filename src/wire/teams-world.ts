import type { IdentityPorts } from "../app/identity/ports.ts";
import { showIdentity } from "../app/identity/show.ts";
import { admit, waitingFor } from "../app/team/admit.ts";
import { createTeam } from "../app/team/create-team.ts";
import { nominate } from "../app/team/nominate.ts";
import { removeFromTeam, type RemovalPlan } from "../app/team/remove-from-team.ts";
import { rotateTeam } from "../app/team/rotate-team.ts";
import { createProject } from "../app/project/create-project.ts";
import { grantProject, withdrawProject } from "../app/project/grant.ts";
import { actingOf, type Acting } from "../app/workspace/acting.ts";
import { fingerprintsOf } from "../app/workspace/fingerprints.ts";
import type { Plan } from "../app/workspace/plan.ts";
import { teamNamed } from "../app/workspace/rights.ts";
import type { ProjectReport, ProjectsWorld, TeamReport, TeamsWorld, WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import type { ProjectId, TeamId } from "../domain/ids.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";
import type { Crypto } from "../ports/crypto.ts";
import { openHere, type Here } from "./here.ts";
import type { Settings } from "./settings.ts";
import { named, outcomes, projectListing, projectRow, shownTeam, sightOf, teamRow, type Sight } from "./team-shown.ts";
import { changeWorkspace, openSpeaking, type Speaking } from "./workspace-change.ts";

type Ports = () => Promise<IdentityPorts>;
type Planner<Id extends TeamId | ProjectId> = (crypto: Crypto, state: WorkspaceState, acting: Acting, here: Speaking) => Plan<Id>;

export function teamsWorld(settings: Settings, context: WorldContext, ports: Ports): TeamsWorld {
  const change = (plan: Planner<TeamId>): Promise<TeamReport> => changeTeam(settings, context, ports, plan);
  return {
    create: (name) => change((crypto, state, acting) => createTeam(crypto, state, acting, name)),
    nominate: (team, people) => change((_, state, acting) => nominate(state, acting, team, people)),
    async waiting(text) {
      const here = await openSpeaking(settings, context, ports);
      const { chain } = here.state;
      const { team, begins, people } = waitingFor(chain.state, here.acting, text);
      const prints = fingerprintsOf(here.ledger.crypto.hashes, chain.chain.statements);
      const entries = people.map((id) => here.acting.directory.person(id));
      return { team: named(here.acting.directory.team(team.id)), begins, people: entries.map((entry) => ({ ...named(entry), ...(entry.email === undefined ? {} : { email: entry.email }), fingerprint: prints.get(entry.id) ?? "" })) };
    },
    admit: (team, people) => change((crypto, state, acting) => admit(crypto, state, acting, team, people)),
    async planRemoval(team, person) {
      const { ledger, acting, state } = await openSpeaking(settings, context, ports);
      const plan: RemovalPlan = removeFromTeam(ledger.crypto, state.chain.state, acting, { team, person, lastOk: true });
      return { team: named(acting.directory.team(plan.about)), person: named(acting.directory.findPerson(person)), was: plan.was, isLast: plan.isLast };
    },
    remove: (team, person, { lastOk }) => change((crypto, state, acting) => removeFromTeam(crypto, state, acting, { team, person, lastOk })),
    rotate(team) {
      let seen: number | undefined;
      return change((crypto, state, acting) => {
        const plan = rotateTeam(crypto, state, acting, team, seen);
        seen ??= teamNamed(state, plan.about).keys.length;
        return plan;
      });
    },
    async list() {
      const { sight } = await look(settings, context, ports);
      const mine = (await showIdentity(await ports()).catch(() => null))?.person ?? null;
      const { state } = sight.chain;
      return { head: state.head.n, teams: [...state.teams.values()].map((team) => teamRow(sight, team, mine)) };
    },
    async show(text) {
      const { sight } = await look(settings, context, ports);
      return shownTeam(sight, teamNamed(sight.chain.state, sight.directory.findTeam(text).id));
    },
  };
}

export function projectsWorld(settings: Settings, context: WorldContext, ports: Ports): ProjectsWorld {
  const change = (plan: Planner<ProjectId>): Promise<ProjectReport> => changeProject(settings, context, ports, plan);
  const granting = (here: Here, team: string, project?: string) => ({ team, ...(project === undefined ? {} : { project }), here: projectsHere(here) });
  return {
    create: (name) => change((crypto, state, acting) => createProject(crypto, state, acting, name)),
    grant: (team, project) => change((_, state, acting, here) => grantProject(state, acting, granting(here, team, project))),
    withdraw: (team, project) => change((_, state, acting, here) => withdrawProject(state, acting, granting(here, team, project))),
    async list() {
      const { here, sight } = await look(settings, context, ports);
      return projectListing(sight, here.state.effective);
    },
  };
}

function projectsHere({ state }: Here): readonly ProjectId[] {
  return [...new Set([...state.effective.connection.paths.values()].flatMap((project) => (project === null ? [] : [project])))];
}

async function changeTeam(settings: Settings, context: WorldContext, ports: Ports, planner: Planner<TeamId>): Promise<TeamReport> {
  const { plan, sight } = await change(settings, context, ports, planner);
  return { outcomes: outcomes(sight, plan.done), team: shownTeam(sight, teamNamed(sight.chain.state, plan.about)) };
}

async function changeProject(settings: Settings, context: WorldContext, ports: Ports, planner: Planner<ProjectId>): Promise<ProjectReport> {
  const { plan, sight, here } = await change(settings, context, ports, planner);
  return { outcomes: outcomes(sight, plan.done), project: projectRow(sight, plan.about, here.ledger.repo) };
}

async function change<Id extends TeamId | ProjectId>(settings: Settings, context: WorldContext, ports: Ports, planner: Planner<Id>): Promise<{ readonly here: Speaking; readonly plan: Plan<Id>; readonly sight: Sight }> {
  context.progress.phase("asking the workspace's home");
  const here = await openSpeaking(settings, context, ports);
  const { crypto } = here.ledger;
  let plan: Plan<Id> | undefined;
  const { chain } = await changeWorkspace(here, (state) => {
    plan = planner(crypto, state, actingOf(crypto, state, here.identity), here);
    return plan.bodies;
  });
  if (plan === undefined) throw new HxError("internal", "a change of the workspace without a plan");
  return { here, plan, sight: sightOf(crypto, chain, actingOf(crypto, chain.state, here.identity)) };
}

/** What this clone knows: no network, unless it knows nothing yet. Without a passphrase names stay closed. */
async function look(settings: Settings, context: WorldContext, ports: Ports): Promise<{ readonly here: Here; readonly sight: Sight }> {
  const here = await openHere(settings, context.directory, ports, "maybe", context.signal);
  return { here, sight: sightOf(here.ledger.crypto, here.state.chain, here.acting) };
}
