import { HxError } from "../../domain/errors.ts";
import { decodePartRecord } from "../../format/part-record.ts";
import { parseLanePath } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { CLOSED_REF, STAGE_REF, stagedTree } from "../capture/stage.ts";
import { filesOf } from "../lane/tree.ts";
import { ok, type Finding } from "./check.ts";

/** Reads all that waits in the stage: every object is there, every part record decodes and its segments have their length. */
export async function stageFinding(stage: ObjectReader & { readonly directory: string } & Parameters<typeof stagedTree>[0]): Promise<Finding> {
  let files = 0;
  for (const ref of [STAGE_REF, CLOSED_REF]) {
    const tree = await stagedTree(stage, ref);
    if (tree === null) continue;
    for await (const { path, oid } of filesOf(stage, tree)) {
      const info = await stage.info(oid);
      if (info === null) throw new HxError("missing-object", `'${path}' of the stage is not present`, { hints: [`git --git-dir='${stage.directory}' fsck`] });
      if (parseLanePath(path)?.kind === "part") decodePartRecord(await stage.readBlob(oid));
      files += 1;
    }
  }
  return ok(files === 0 ? "nothing waits in it" : `${files} objects wait in it, all of them there`);
}
