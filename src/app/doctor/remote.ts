import { equal, toHex } from "../../domain/bytes.ts";
import { HxError } from "../../domain/errors.ts";
import { refName, type Oid, type RefName } from "../../domain/ids.ts";
import { commitDay, parseCommit } from "../../format/commit.ts";
import { SUITE } from "../../format/fields.ts";
import { laneRef, segmentPath, SESSIONS_PREFIX } from "../../format/paths.ts";
import { paddedLength, segmentLength } from "../../format/segment.ts";
import { sessionId } from "../../domain/ids.ts";
import type { Crypto } from "../../ports/crypto.ts";
import type { Remote, RemoteOptions, Store } from "../../ports/git.ts";
import { editTree } from "../lane/tree.ts";
import type { Ledger, OwnLane } from "../ledger.ts";
import { check, fail, ok, warn, type Check, type Finding } from "./check.ts";

/** docs/spec/lane.md, "Refs": throwaway refs of doctors. */
export const PROBE_PREFIX = `${SESSIONS_PREFIX}probe/`;
const LANDED = refName("refs/hx/probe");

export interface RemoteProbe {
  readonly crypto: Crypto;
  readonly remote: Remote;
  /** Two empty stores that are thrown away: what is pushed comes from one, what is fetched lands in the other. */
  readonly from: Store;
  readonly into: Store;
  readonly options: RemoteOptions;
  readonly nowMs: number;
}

/**
 * What hx needs of a remote, tried for real: it answers, takes a ref of sessions and shows it, leaves segments out when asked
 * to, lets the ref go again, and has this clone's lane as it is here.
 */
export async function* remoteChecks(probe: RemoteProbe, name: string, ledger: Ledger | null, lane: OwnLane | null): AsyncGenerator<Check> {
  let refs: ReadonlyMap<RefName, Oid> | null = null;
  yield check(`remote '${name}' answers`, async () => {
    refs = await probe.remote.list(name, SESSIONS_PREFIX, probe.options);
    return answered(name, refs);
  });
  if (refs === null) return;
  yield* pushedProbe(probe, name);
  const at: ReadonlyMap<RefName, Oid> = refs;
  if (ledger !== null && lane !== null) yield check(`your lane at '${name}'`, () => laneAtRemote(ledger, lane, at));
}

function answered(name: string, refs: ReadonlyMap<RefName, Oid>): Finding {
  const left = [...refs.keys()].filter((ref) => ref.startsWith(PROBE_PREFIX));
  const first = left[0];
  if (first !== undefined) return warn(`yes, with ${left.length} throwaway refs that a doctor could not delete`, `git push ${name} ${left.slice(0, 20).map((ref) => `:${ref}`).join(" ")}`);
  return ok(`yes, with ${refs.size} refs of sessions`);
}

/** One throwaway ref: pushed, shown, fetched with hx's filter, its segment fetched after that, deleted. */
async function* pushedProbe(probe: RemoteProbe, name: string): AsyncGenerator<Check> {
  const { remote, from, options } = probe;
  const ref = refName(PROBE_PREFIX + toHex(probe.crypto.random.bytes(16)));
  const written = await writeProbe(probe);
  // Set before the push: one that was cut off may have been taken.
  let sent = false;
  try {
    const takes = await check(`remote '${name}' takes sessions`, () => {
      sent = true;
      return pushed(probe, name, ref, written.commit);
    });
    yield takes;
    if (takes.result !== "ok") return;
    yield check(`remote '${name}' filters`, () => filters(probe, name, ref, written.segment));
    yield check(`remote '${name}' gives sessions back`, () => givesBack(probe, name, written.segment));
  } finally {
    if (sent) await remote.push(from, name, [{ ref, local: null }], options).catch(() => undefined);
  }
  yield check(`remote '${name}' lets refs go`, async () => {
    const still = (await remote.list(name, ref, options)).has(ref);
    return still ? warn("it keeps a throwaway ref that was deleted", `git push ${name} :${ref}`) : ok("the throwaway ref was deleted again");
  });
}

async function pushed({ remote, from, options }: RemoteProbe, name: string, ref: RefName, commit: Oid): Promise<Finding> {
  const result = await remote.push(from, name, [{ ref, local: commit, lease: null }], options);
  if (result.kind === "refused") return fail(`it refuses refs below refs/sessions/: ${result.reason}`, `git push ${name} HEAD:${PROBE_PREFIX}by-hand`);
  if (result.kind === "unreachable") return fail(`it cannot be pushed to: ${result.reason}`, `git push --dry-run ${name} HEAD`);
  if (result.kind === "stale") return fail("it says that a ref of a random name is there already", `git ls-remote ${name} '${PROBE_PREFIX}*'`);
  const shown = (await remote.list(name, ref, options)).get(ref);
  if (shown !== commit) return fail("it took a ref and does not show it afterwards: others could not fetch sessions", `git ls-remote ${name} '${PROBE_PREFIX}*'`);
  return ok("a throwaway ref was pushed and is shown");
}

async function filters({ remote, into, options }: RemoteProbe, name: string, ref: RefName, segment: Oid): Promise<Finding> {
  const { filtered } = await remote.fetch(into, name, [{ from: ref, to: LANDED }], options);
  if ((await into.info(segment)) === null) return ok("it left a segment out when it was asked to");
  const said = filtered ? "it says that it filters, and sent a segment all the same" : "it does not filter";
  return warn(`${said}: every sync fetches the others' sessions whole. Whoever runs the host can switch it on`, "git config --system uploadpack.allowFilter true");
}

async function givesBack({ remote, from, into, options }: RemoteProbe, name: string, segment: Oid): Promise<Finding> {
  if ((await into.info(segment)) === null) await remote.fetchObjects(into, name, [segment], options);
  const back = await into.readBlob(segment);
  return equal(back, await from.readBlob(segment)) ? ok("a segment came back byte for byte, asked for by itself") : fail("a segment came back different");
}

/** A commit of the grammar with one thing in it that looks like the smallest segment: random bytes. */
async function writeProbe({ crypto, from, nowMs }: RemoteProbe): Promise<{ readonly commit: Oid; readonly segment: Oid }> {
  const bytes = crypto.random.bytes(segmentLength(paddedLength(1)));
  bytes[0] = SUITE;
  const segment = await from.writeBlob(bytes);
  const tree = await editTree(from, null, new Map([[segmentPath(sessionId(toHex(crypto.random.bytes(16))), 0), segment]]));
  if (tree === null) throw new HxError("internal", "a probe without a tree");
  return { commit: await from.writeCommit({ tree, parents: [], day: commitDay(nowMs) }), segment };
}

async function laneAtRemote(ledger: Ledger, lane: OwnLane, refs: ReadonlyMap<RefName, Oid>): Promise<Finding> {
  const ref = laneRef(lane.id);
  const here = await ledger.repository.store.read(ref);
  const there = refs.get(ref) ?? null;
  if (here === there) return ok(here === null ? "nothing was pushed yet" : "the same as here");
  if (here === null) return fail("it is there, and gone from this clone", "hx sync");
  if (there === null || (await isAncestor(ledger, there, here))) return warn("it lacks what is published here", "hx sync");
  return fail(`it has a head that is not in this clone: '${there}'`, "hx verify");
}

async function isAncestor({ repository: { store } }: Ledger, older: Oid, newer: Oid): Promise<boolean> {
  if ((await store.info(older)) === null) return false;
  let at: Oid | undefined = newer;
  while (at !== undefined && at !== older) at = parseCommit(await store.readCommit(at)).parents[0];
  return at === older;
}
