import { loadCrypto } from "../../src/adapters/crypto/libsodium.ts";
import { withTestOnlyFixedRandom } from "./fixed-random.ts";
import { makeLane } from "./make-lane.ts";
import { cborVectors, envelopeVectors, keyTreeVectors, pathVectors, stateVectors } from "./vectors-encoding.ts";
import { bodyVectors, headerVectors, manifestVectors, partRecordVectors, privateBlockVectors } from "./vectors-lane.ts";
import { cardVectors, deviceKeyVectors, itemVectors, statementVectors, wrapVectors } from "./vectors-sealed.ts";
import { commitVectors } from "./vectors-commit.ts";
import { anchorVectors } from "./vectors-anchor.ts";
import { guardStateVectors } from "./vectors-guard.ts";
import { erasureVectors } from "./vectors-erasure.ts";
import { laneFaultVectors } from "./vectors-lane-faults.ts";
import { sharingVectors } from "./vectors-sharing.ts";
import { shareWrapVectors, sharingItemVectors } from "./vectors-sharing-carried.ts";
import { shownVectors } from "./vectors-shown.ts";
import { partVectors } from "./vectors-part.ts";
import { replayVectors } from "./vectors-replay.ts";
import { partStreamVectors, segmentVectors } from "./vectors-segment.ts";
import { makeWorld } from "./world.ts";

/** All of fixtures/vectors, the same bytes each time: file name without `.json` → content. */
export function makeVectors(): Promise<Record<string, object>> {
  return withTestOnlyFixedRandom("hx vectors", async () => {
    const world = makeWorld(await loadCrypto());
    const lane = await makeLane(world);
    return {
      cbor: cborVectors(),
      envelope: envelopeVectors(world),
      "key-tree": keyTreeVectors(world),
      paths: pathVectors(),
      state: stateVectors(world),
      header: headerVectors(world),
      body: bodyVectors(world),
      manifest: manifestVectors(world),
      "part-record": partRecordVectors(world),
      "private-block": privateBlockVectors(world),
      "part-stream": partStreamVectors(),
      segment: segmentVectors(world),
      wrap: wrapVectors(world),
      item: itemVectors(world),
      card: cardVectors(world),
      statement: statementVectors(world),
      "device-key": await deviceKeyVectors(world),
      commit: commitVectors(),
      "guard-state": guardStateVectors(),
      anchor: anchorVectors(world),
      part: await partVectors(world),
      replay: replayVectors(world),
      lane,
      "lane-faults": laneFaultVectors(world, lane),
      sharing: sharingVectors(world),
      "sharing-items": sharingItemVectors(world),
      "share-wrap": shareWrapVectors(world),
      erasure: erasureVectors(world),
      shown: shownVectors(world),
    };
  });
}
