import type { RepoId } from "../../domain/ids.ts";
import { currentMembership, membershipKey } from "../../domain/workspace/state.ts";
import type { WorkspaceState } from "../../domain/workspace/state.ts";
import { certificateMessage } from "../../format/header.ts";
import type { Certificate } from "../../format/header.ts";
import type { MembershipSeeds } from "../../format/key-file.ts";
import type { Signer } from "../../ports/crypto.ts";

/** Certifies a lane with the newest membership key that the member holds: it says that a member writes, not which. */
export function certifyLane(signer: Signer, membership: MembershipSeeds, repo: RepoId, lane: Uint8Array, eraser: Uint8Array): Certificate {
  const message = certificateMessage(membership.workspace, repo, lane, eraser);
  return { epoch: membership.epoch, signature: signer.sign(membership.seeds.subarray(0, 32), message) };
}

/** Whether the membership key of the certificate's epoch, as the chain has it, certified this lane for this repository. */
export function verifyCertificate(
  signer: Pick<Signer, "verify">,
  state: WorkspaceState,
  certificate: Certificate,
  lane: { readonly repo: RepoId; readonly lane: Uint8Array; readonly eraser: Uint8Array },
): boolean {
  const membership = membershipKey(state, certificate.epoch);
  if (membership === null) return false;
  return signer.verify(membership.sign, certificateMessage(state.workspace, lane.repo, lane.lane, lane.eraser), certificate.signature);
}

/** The seeds of the current epoch, or null when they were not opened here yet. */
export function currentSeeds(state: WorkspaceState, membership: readonly MembershipSeeds[]): MembershipSeeds | null {
  const { epoch } = currentMembership(state);
  return membership.find((seeds) => seeds.workspace === state.workspace && seeds.epoch === epoch) ?? null;
}
