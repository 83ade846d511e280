import type { Named } from "./named.ts";

// Teams and projects, as commands see them: part of the World.

/** A place in the workspace chain. */
export interface Since {
  readonly statement: number;
  /** ms since 1970, UTC midnight of the day that the chain tells. */
  readonly day: number;
}

export interface TeamsWorld {
  create(name: string): Promise<TeamReport>;
  nominate(team: string, people: readonly string[]): Promise<TeamReport>;
  /** Who can be let in now. @throws HxError `refused` for whoever cannot let anybody in */
  waiting(team: string): Promise<WaitingReport>;
  admit(team: string, people: readonly string[]): Promise<TeamReport>;
  /** What ends, before it does. */
  planRemoval(team: string, person: string): Promise<TeamRemovalPlan>;
  remove(team: string, person: string, options: { readonly lastOk: boolean }): Promise<TeamReport>;
  rotate(team: string): Promise<TeamReport>;
  list(): Promise<TeamListing>;
  show(team: string): Promise<ShownTeam>;
}

/** `no-key`: nobody made a key yet. `due`: somebody was removed since the newest key. `dead`: the last member is gone. */
export type TeamState = "ready" | "no-key" | "due" | "dead";

export interface TeamRow extends Named {
  readonly state: TeamState;
  readonly members: number;
  readonly nominated: number;
  readonly projects: readonly Named[];
  /** Of the person who looks; absent: no part, or nobody is known. */
  readonly mine?: "member" | "nominated";
}

export interface TeamListing {
  /** Newest statement that was looked at. */
  readonly head: number;
  readonly teams: readonly TeamRow[];
}

export interface ShownTeam extends Named {
  readonly head: number;
  readonly state: TeamState;
  readonly since: Since;
  readonly members: readonly (Named & { readonly since: Since })[];
  readonly nominated: readonly Named[];
  readonly projects: readonly (Named & { readonly since: Since })[];
  readonly key?: { readonly epoch: number; readonly since: Since; readonly by: Named };
  /** The removal since which the key is due. */
  readonly due?: Since;
  /** People whose succession names the team. `published`: they departed, and the team can read on. */
  readonly successions: readonly (Named & { readonly published: boolean })[];
  /** What is wrong with the boxes of its key. */
  readonly problems: readonly string[];
  /** What is to be done, in the order in which it can be. */
  readonly next: readonly NextStep[];
}

export interface NextStep {
  /** Any one of these can do it. */
  readonly by: readonly Named[];
  readonly what: string;
  readonly command: string;
}

/** What came of one thing that was wanted. */
export interface TeamOutcome {
  readonly act: "created" | "nominated" | "began" | "admitted" | "removed" | "left" | "rotated" | "granted" | "withdrawn";
  /** It was so before. */
  readonly already: boolean;
  readonly person?: Named;
  readonly team?: Named;
}

export interface TeamReport {
  readonly outcomes: readonly TeamOutcome[];
  /** The team as it is now. */
  readonly team: ShownTeam;
}

export interface WaitingReport {
  readonly team: Named;
  /** Nobody made a key yet: whoever asks makes it by admitting themselves. */
  readonly begins: boolean;
  readonly people: readonly (Named & { readonly email?: string; readonly fingerprint: string })[];
}

export interface TeamRemovalPlan {
  readonly team: Named;
  readonly person: Named;
  readonly was: "member" | "nominated" | "none";
  readonly isLast: boolean;
}

export interface ProjectsWorld {
  create(name: string): Promise<ProjectReport>;
  /** Without a project: that of the repository. */
  grant(team: string, project?: string): Promise<ProjectReport>;
  withdraw(team: string, project?: string): Promise<ProjectReport>;
  list(): Promise<ProjectListing>;
}

export interface ProjectRow extends Named {
  readonly since: Since;
  readonly repositories: readonly { readonly id: string; readonly here: boolean }[];
  readonly teams: readonly Named[];
}

export interface ProjectReport {
  readonly outcomes: readonly TeamOutcome[];
  /** The project as it is now. */
  readonly project: ProjectRow;
}

export interface ProjectListing {
  readonly head: number;
  readonly projects: readonly ProjectRow[];
  /** Where the projects of this checkout come from. */
  readonly here: {
    readonly repository: string;
    readonly source: "default branch" | "working tree";
    /** Git revision that was read, where the source is a branch. */
    readonly revision?: string;
    /** `project` is absent where a branch takes the directory out. */
    readonly paths: readonly { readonly directory: string; readonly project?: Named }[];
  };
}
