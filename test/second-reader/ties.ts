import { sameBytes, toHex } from "./bytes.ts";
import { codeOf, demand } from "./errors.ts";
import type { Fields } from "./fields.ts";
import { openItem, verifyTie } from "./item.ts";
import type { VerifiedLane } from "./lane.ts";
import { type Workspace, findDevice } from "./workspace.ts";

/** Whose lane it is, as far as one of the seeds opens a tie; person and device in hex. */
export function authorOf(
  lane: VerifiedLane, workspace: Workspace, seeds: Uint8Array[],
): { person: string; device: string } | undefined {
  for (const [path, item] of lane.files) {
    if (!path.startsWith("x/")) continue;
    const body = openWithAny(item, lane, seeds);
    if (body === undefined || body.text("kind") !== "tie") continue;
    const tie = verifyTie(body, lane.header.repo, lane.header.lane, (id) => findDevice(workspace, toHex(id))?.device.sign);
    const owner = findDevice(workspace, toHex(tie.device));
    demand(owner !== undefined && sameBytes(owner.person.id, tie.person), "item-invalid", "a device of another person");
    return { person: toHex(tie.person), device: toHex(tie.device) };
  }
  return undefined;
}

function openWithAny(item: Uint8Array, lane: VerifiedLane, seeds: Uint8Array[]): Fields | undefined {
  for (const seed of seeds) {
    try {
      return openItem(item, seed, lane.header.repo, lane.header.lane);
    } catch (error) {
      if (codeOf(error) !== "not-recipient") throw error;
    }
  }
  return undefined;
}
