import { CONNECTION_PATH, contradiction, type Connection } from "../../domain/connection.ts";
import { HxError } from "../../domain/errors.ts";
import type { GuardCode, GuardFinding } from "../../domain/guard/finding.ts";
import type { Oid } from "../../domain/ids.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import type { Repository } from "../../ports/git.ts";
import { genesisRepo } from "../workspace/connection.ts";
import type { GuardedChain } from "./judge-chain.ts";
import type { GuardPorts } from "./ports.ts";
import { judged, refused } from "./refusals.ts";

/** The connection file of one revision. */
export interface Claim {
  readonly connection: Connection;
  readonly blob: Oid;
  readonly bytes: Uint8Array;
}

/**
 * The connection file of a revision; null where it has none.
 * @throws HxError `not-connected` for one that cannot be used, `too-new`
 */
export async function claimAt(ports: Pick<GuardPorts, "file">, repository: Repository, revision: string): Promise<Claim | null> {
  const blob = await repository.resolve(`${revision}:${CONNECTION_PATH}`);
  const bytes = blob === null ? null : await repository.fileAt(revision, CONNECTION_PATH);
  if (blob === null) return null;
  if (bytes === null) throw new HxError("not-connected", `'${CONNECTION_PATH}' is no file`);
  return { connection: ports.file.parse(bytes), blob, bytes };
}

/** One reason for which a connection does not hold although its file can be read. Null: it holds. */
type ConnectionRule = (ports: Pick<GuardPorts, "crypto">, connection: Connection, state: WorkspaceState) => string | null;

/** All must hold where a repository is to count as connected. What else a connection owes its workspace is added here. */
const RULES: readonly ConnectionRule[] = [
  (ports, connection, state) => contradiction(connection, genesisRepo(ports, connection), state),
];

/** Why the chain does not agree with a connection file. Null: it does. @throws HxError `not-connected` when the genesis does not verify */
function disagreement(ports: Pick<GuardPorts, "crypto">, connection: Connection, state: WorkspaceState): string | null {
  for (const rule of RULES) {
    const why = rule(ports, connection, state);
    if (why !== null) return why;
  }
  return null;
}

/** The class of what is wrong with a connection file by itself. */
export const fileCode = (error: HxError): GuardCode => (error.code === "too-new" ? "too-new" : "connection-invalid");

/** Why a repository with this file and this chain does not count as connected. Null: it does. */
export async function connectionProblem(ports: Pick<GuardPorts, "crypto">, ref: string, claim: Claim | null, chain: GuardedChain | null): Promise<GuardFinding | null> {
  if (claim === null) return refused("connection-missing", ref, `this repository is not connected: its default branch has no '${CONNECTION_PATH}'`);
  if (chain === null) return refused("chain-missing", ref, `the workspace chain that '${CONNECTION_PATH}' names is not here`, "hx sync");
  const why = await judged(ref, fileCode, async () => disagreement(ports, claim.connection, chain.state));
  if (why.finding !== undefined) return why.finding;
  return why.value === null ? null : refused("connection-contradicted", ref, `this repository is not connected: ${why.value}`);
}
