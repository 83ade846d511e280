import { HxError } from "../../domain/errors.ts";
import type { PushRef, PushResult, RemoteOptions, Store } from "../../ports/git.ts";
import { configArguments } from "./environment.ts";
import type { ConfigPair } from "./environment.ts";
import { absentOnRemote, lacksAtomic, lacksObjects, pushResult } from "./push-report.ts";
import type { Reaching } from "./reaching.ts";
import { reason } from "./run.ts";

/** Keys before lanes: a lane that is there without its keys could be read by nobody. */
const KEYS = "refs/sessions/v1/keys/";

const QUIET: readonly ConfigPair[] = [
  ["push.followTags", "false"],
  ["push.gpgSign", "false"],
  ["push.recurseSubmodules", "no"],
  ["push.useForceIfIncludes", "false"],
  ["push.negotiate", "false"],
  ["push.pushOption", ""],
];

/**
 * All refs or none; where the remote cannot do that, keys first and the rest only after them.
 * @throws HxError `missing-object` when the store does not have what is to be pushed
 */
export async function push(
  reaching: Reaching,
  from: Store,
  url: string,
  refs: readonly PushRef[],
  options: RemoteOptions | undefined,
): Promise<PushResult> {
  if (refs.length === 0) return { kind: "done" };
  if (refs.length === 1) return (await pushOnce(reaching, from, url, refs, false, options)) ?? { kind: "done" };
  const whole = await pushOnce(reaching, from, url, refs, true, options);
  if (whole !== null) return whole;
  for (const part of [refs.filter(isKeys), refs.filter((ref) => !isKeys(ref))]) {
    if (part.length === 0) continue;
    const result = await pushOnce(reaching, from, url, part, false, options);
    if (result !== null && result.kind !== "done") return result;
  }
  return { kind: "done" };
}

/** Null when the remote cannot push all or none. */
async function pushOnce(
  reaching: Reaching,
  from: Store,
  url: string,
  refs: readonly PushRef[],
  atomic: boolean,
  options: RemoteOptions | undefined,
): Promise<PushResult | null> {
  const args = [
    ...configArguments(QUIET),
    "push",
    "--porcelain",
    "--no-verify",
    "--no-signed",
    "--no-follow-tags",
    "--recurse-submodules=no",
    ...(atomic ? ["--atomic"] : ["--no-atomic"]),
    ...refs.flatMap(lease),
    "--",
    url,
    ...refs.map(({ local, ref }) => `${local ?? ""}:${ref}`),
  ];
  const ran = await reaching({ store: from, args }, options);
  if (atomic && lacksAtomic(ran)) return null;
  if (ran.code !== 0 && lacksObjects(ran)) throw new HxError("missing-object", `objects to push are not present: ${reason(ran)}`);
  const absent = absentOnRemote(ran);
  if (absent.length === 0) return pushResult(ran, refs);
  // What is to be deleted and is not there is deleted.
  const rest = refs.filter(({ local, ref }) => local !== null || !absent.includes(ref));
  return rest.length === 0 ? { kind: "done" } : pushOnce(reaching, from, url, rest, atomic, options);
}

function lease({ ref, lease: expected }: PushRef): readonly string[] {
  return expected === undefined ? [] : [`--force-with-lease=${ref}:${expected ?? ""}`];
}

function isKeys({ ref }: PushRef): boolean {
  return ref.startsWith(KEYS);
}
