import { HxError } from "../../domain/errors.ts";
import type { GuardFinding } from "../../domain/guard/finding.ts";
import type { Oid } from "../../domain/ids.ts";
import { parseSessionsCommit } from "../../format/commit.ts";
import { joinRef, parseLanePath, SESSIONS_PREFIX } from "../../format/paths.ts";
import type { ObjectReader } from "../../ports/git.ts";
import { filesOf } from "../lane/tree.ts";
import { readJoin } from "../workspace/join-ref.ts";
import type { GuardedChain } from "./judge-chain.ts";
import type { GuardPorts } from "./ports.ts";
import { judged, refused } from "./refusals.ts";

const ID = /^[0-9a-f]{32}$/;
const PROBE = new RegExp(`^${SESSIONS_PREFIX}probe/[0-9a-f]{32}$`);
/** The smallest segment has 4138 bytes. */
const MOST_PROBE = 8192;

/** A request to come in: of bounded size, signed by itself, for this workspace. Who it is, people compare. */
export async function judgeCard(ports: Pick<GuardPorts, "crypto" | "clock">, store: ObjectReader, id: string, oid: Oid, chain: GuardedChain | null): Promise<GuardFinding | null> {
  const ref = `${SESSIONS_PREFIX}join/${id}`;
  if (!ID.test(id)) return refused("ref-unknown", ref, `'${id.slice(0, 80)}' is not the id of a person or a device`);
  if (chain === null) return refused("chain-missing", ref, "there is no workspace here that anybody could join");
  const { finding } = await judged(joinRef(id), () => "card-invalid", async () => {
    const { join } = await readJoin(ports.crypto, store, id, oid, ports.clock.now());
    if (join.workspace !== chain.state.workspace) throw new HxError("encoding-invalid", `the request to join '${id}' is for workspace '${join.workspace}'`);
  });
  return finding ?? null;
}

export function isProbe(ref: string): boolean {
  return PROBE.test(ref);
}

/** A throwaway ref of `hx doctor`: one commit with one small file in the place of a segment. */
export async function judgeProbe(ports: Pick<GuardPorts, "clock">, store: ObjectReader, ref: string, oid: Oid): Promise<GuardFinding | null> {
  const { finding } = await judged(ref, () => "probe-invalid", async () => {
    const { tree, parents } = parseSessionsCommit(await store.readCommit(oid), ports.clock.now());
    if (parents.length > 0) throw outside("a parent");
    let files = 0;
    for await (const { path, oid: blob } of filesOf(store, tree)) {
      if (++files > 1) throw outside("two files");
      const info = await store.info(blob);
      if (parseLanePath(path)?.kind !== "segment" || info?.type !== "blob" || info.size > MOST_PROBE) throw outside(`'${path.slice(0, 80)}'`);
    }
  });
  return finding ?? null;
}

function outside(what: string): HxError {
  return new HxError("encoding-invalid", `a throwaway ref of 'hx doctor' has ${what}`);
}
