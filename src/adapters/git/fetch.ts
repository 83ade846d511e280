import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { HxError } from "../../domain/errors.ts";
import { isOid, refName } from "../../domain/ids.ts";
import type { Oid, RefName } from "../../domain/ids.ts";
import type { RemoteOptions, Store } from "../../ports/git.ts";
import { configArguments } from "./environment.ts";
import type { ConfigPair } from "./environment.ts";
import { remoteFailed } from "./reaching.ts";
import type { Reaching } from "./reaching.ts";
import { reason, text } from "./run.ts";

const FILTER = "blob:limit=4096";
/** A name that nobody has configured. It is known to the command alone, so reading in the store never fetches. */
const NAME = "hx-fetch";

const CHECKED: readonly ConfigPair[] = [
  ["fetch.fsckObjects", "true"],
  ["fetch.writeCommitGraph", "false"],
  ["fetch.output", "full"],
  ["advice.fetchShowForcedUpdates", "false"],
];

const COMMON = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--refmap=",
  "--no-auto-maintenance",
  "--no-recurse-submodules",
  "--no-show-forced-updates",
  "--no-prune",
  "--stdin",
];

export interface FetchedRef {
  readonly from: RefName;
  readonly to: RefName;
}

/**
 * `whole` leaves nothing out, and in a store that was fetched with a filter before gets what is missing.
 * @throws HxError `remote-failed`
 */
export async function fetchRefs(
  reaching: Reaching,
  into: Store,
  url: string,
  refs: readonly FetchedRef[],
  options: (RemoteOptions & { readonly whole?: boolean }) | undefined,
): Promise<{ readonly filtered: boolean }> {
  const whole = options?.whole === true;
  if (refs.length === 0) return { filtered: !whole };
  const partial = !whole || (await isPartial(into));
  const args = [...configArguments(CHECKED), ...COMMON, "--atomic", whole ? "--no-filter" : `--filter=${FILTER}`, NAME];
  const input = refs.map(({ from, to }) => `+${from}:${to}\n`).join("");
  const ran = await reaching({ store: into, pairs: source(url, partial), args, input }, options);
  if (ran.code !== 0) throw remoteFailed(url, ran);
  if (whole && partial) await fetchObjects(reaching, into, url, await leftOut(reaching, into, refs, options), options);
  return { filtered: !whole && !/filtering not recognized/i.test(ran.stderr) };
}

const TIP = refName("refs/hx/tip");

/** As the port says. @throws HxError `remote-failed` */
export async function fetchTip(reaching: Reaching, into: Store, url: string, branch: string, options: RemoteOptions | undefined): Promise<Oid | null> {
  if (!branch.startsWith("refs/") || /[\s:]/.test(branch)) throw new HxError("usage", `not the full name of a branch: '${branch}'`);
  // Somebody's code need not pass git's check, and nothing of it is used but one file.
  const args = [...configArguments([...CHECKED, ["fetch.fsckObjects", "false"]]), ...COMMON, "--depth=1", "--filter=blob:none", NAME];
  const ran = await reaching({ store: into, pairs: source(url, true), args, input: `+${branch}:${TIP}\n` }, options);
  if (ran.code === 0) return await into.read(TIP);
  if (/couldn't find remote ref/i.test(ran.stderr)) return null;
  throw remoteFailed(url, ran);
}

/** @throws HxError `missing-object` when the remote does not have one of them, `remote-failed` */
export async function fetchObjects(
  reaching: Reaching,
  into: Store,
  url: string,
  oids: readonly Oid[],
  options: RemoteOptions | undefined,
): Promise<void> {
  if (oids.length === 0) return;
  // Nothing to negotiate: what is asked for is what is missing, and it leads nowhere.
  const pairs: readonly ConfigPair[] = [...CHECKED, ["fetch.negotiationAlgorithm", "noop"]];
  const partial = await isPartial(into);
  const args = [...configArguments(pairs), ...COMMON, partial ? "--filter=blob:none" : "--no-filter", NAME];
  const input = oids.map((oid) => `${oid}\n`).join("");
  const ran = await reaching({ store: into, pairs: source(url, partial), args, input }, options);
  if (ran.code === 0) return;
  if (/not our ref|bad object|unadvertised object/i.test(ran.stderr)) {
    throw new HxError("missing-object", `the remote does not have an object: ${reason(ran)}`);
  }
  throw remoteFailed(url, ran);
}

/** Objects below the refs that an earlier fetch with a filter left out. */
async function leftOut(
  reaching: Reaching,
  into: Store,
  refs: readonly FetchedRef[],
  options: RemoteOptions | undefined,
): Promise<readonly Oid[]> {
  const args = ["rev-list", "--objects", "--no-object-names", "--missing=print", "--stdin"];
  const ran = await reaching({ store: into, args, input: refs.map(({ to }) => `${to}\n`).join("") }, options);
  if (ran.code !== 0) throw new HxError("git-failed", `cannot list missing objects: ${reason(ran)}`);
  const missing = text(ran).split("\n").filter((line) => line.startsWith("?")).map((line) => line.slice(1));
  return missing.filter(isOid);
}

/** True when packs are there that a filter thinned. */
async function isPartial(store: Store): Promise<boolean> {
  const packs = await readdir(join(store.directory, "objects", "pack")).catch(() => []);
  return packs.some((name) => name.endsWith(".promisor"));
}

/**
 * The remote of one command, in the environment: a URL may hold a password. Where objects are left out git must
 * see it as one that promises them, else it would write that into the configuration of the store by itself, and
 * reading would fetch from then on.
 */
function source(url: string, partial: boolean): readonly ConfigPair[] {
  const where: ConfigPair = [`remote.${NAME}.url`, url];
  return partial ? [where, [`remote.${NAME}.promisor`, "true"], [`remote.${NAME}.partialclonefilter`, FILTER]] : [where];
}
