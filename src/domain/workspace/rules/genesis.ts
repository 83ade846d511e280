import { HxError } from "../../errors.ts";
import type { WorkspaceId } from "../../ids.ts";
import { demand, invalid, signedBy } from "../checks.ts";
import type { Verify } from "../checks.ts";
import type { WorkspaceState } from "../state.ts";
import type { Statement } from "../statement.ts";
import { readCard } from "./card.ts";
import { newMembership } from "./membership.ts";

/**
 * The first statement. `workspace` is the hash of its payload.
 * @throws HxError `workspace-invalid`; `too-new` for a threshold that asks for rules this version does not have
 */
export function beginWorkspace(verify: Verify, statement: Statement, workspace: WorkspaceId): WorkspaceState {
  const { body, n } = statement;
  if (body.type !== "genesis") throw invalid(n, "a chain begins with its genesis");
  demand(n === 0 && statement.previous === undefined && statement.workspace === undefined, n, "the genesis has no predecessor and number 0");
  demand(body.threshold > 0, n, "the threshold is 0");
  if (body.threshold !== 1) throw new HxError("too-new", `the workspace asks for ${body.threshold} administrators to agree, this program knows 1`);
  const { person, devices } = readCard(verify, body.founder, n, { wrap: body.name, epoch: 0 });
  const founding = devices.find(({ id }) => id === statement.by);
  demand(founding !== undefined, n, "it is not made by a device of the founder");
  demand(signedBy(verify, founding.sign, statement.signed), n, `it is not signed by device '${statement.by}'`);
  return {
    workspace,
    home: body.home,
    threshold: body.threshold,
    head: { n, hash: statement.hash },
    persons: new Map([[person.id, person]]),
    devices: new Map(devices.map((device) => [device.id, device])),
    administrators: new Set([person.id]),
    membership: [newMembership(body.membership, 0, [person.id], n)],
    teams: new Map(),
    freezes: new Map(),
    demands: [],
    projects: new Map(),
    connections: new Map(),
    policies: [],
  };
}
