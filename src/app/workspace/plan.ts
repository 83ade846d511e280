import type { PersonId, ProjectId, TeamId } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { StatementBody } from "../../format/statement-body.ts";

/** A statement that is made behind the state which the one before it left. */
export type Body = (state: WorkspaceState) => StatementBody;

/** One thing that a person wanted, and whether the workspace said so already (because somebody else was first). */
export interface Done {
  readonly act: "created" | "nominated" | "began" | "admitted" | "removed" | "left" | "rotated" | "granted" | "withdrawn";
  readonly already: boolean;
  readonly person?: PersonId;
  /** A team that was granted a project, or lost it. */
  readonly team?: TeamId;
}

/** What somebody wants, derived from one state of the workspace: made again from a newer one when somebody else was first. */
export interface Plan<Id extends TeamId | ProjectId = TeamId> {
  /** What it is about. */
  readonly about: Id;
  readonly bodies: readonly Body[];
  readonly done: readonly Done[];
}
