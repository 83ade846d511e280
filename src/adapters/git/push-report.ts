import { isRefName, refName } from "../../domain/ids.ts";
import type { RefName } from "../../domain/ids.ts";
import type { PushRef, PushResult } from "../../ports/git.ts";
import { printable, reason, text } from "./run.ts";
import type { Ran } from "./run.ts";

/** One `!` line of `git push --porcelain`. */
interface Rejected {
  readonly ref: RefName;
  readonly why: string;
}

// The value on the remote is not what was expected: seen by us before sending, or by the remote's lock.
const STALE =
  /stale info|fetch first|non-fast-forward|needs force|already exists|remote ref updated since checkout|failed to update ref|cannot lock ref|failed to lock|incorrect old value|reference already exists|but expected|unable to resolve reference/i;
// The others of an atomic push that failed because of one.
const FELLOW = /atomic (push|transaction) fail|transaction failed/i;
const FORBIDDEN =
  /requested url returned error: 403|http 403|permission to \S+ denied|permission denied to|access denied|not authori[sz]ed|insufficient permission|service not enabled|write access .*not granted|remote rejected|protected|pre-receive hook declined|unpack(er)? error|index-pack abnormal exit|unpack failed/i;

/** True when the remote cannot push all or none. */
export function lacksAtomic(ran: Ran): boolean {
  return /does not support --atomic/i.test(ran.stderr);
}

/** True when what is to be pushed is not here as a whole: nothing that the remote could help with. */
export function lacksObjects(ran: Ran): boolean {
  return /src refspec \S+ does not match any|bad object|unable to (read|parse) (object )?[0-9a-f]{40}|missing (blob|tree|commit)|pack-objects died/i.test(ran.stderr);
}

/** Refs to delete that the remote does not have: git then pushes nothing at all. */
export function absentOnRemote(ran: Ran): readonly string[] {
  return [...ran.stderr.matchAll(/unable to delete '([^']+)': remote ref does not exist/g)].map((match) => match[1] ?? "");
}

export function pushResult(ran: Ran, refs: readonly PushRef[]): PushResult {
  const rejected = parseRejected(text(ran));
  if (ran.timedOut) return { kind: "unreachable", reason: reason(ran) };
  if (ran.code === 0 && rejected.length === 0) return { kind: "done" };
  const [causes, fellows] = split(rejected);
  const remoteSaid = causes.find(({ why }) => !isStale(why));
  if (remoteSaid !== undefined) return { kind: "refused", reason: remoteSaid.why };
  if (causes.length > 0) return { kind: "stale", refs: causes.map(({ ref }) => ref) };
  if (fellows.length > 0) {
    // The remote took back all and named no cause: one of the refs moved while it locked them.
    if (STALE.test(ran.stderr)) return { kind: "stale", refs: refs.map(({ ref }) => ref) };
    return { kind: "refused", reason: fellows[0]?.why ?? reason(ran) };
  }
  return { kind: FORBIDDEN.test(ran.stderr) ? "refused" : "unreachable", reason: reason(ran) };
}

function split(rejected: readonly Rejected[]): readonly [readonly Rejected[], readonly Rejected[]] {
  return [rejected.filter(({ why }) => !FELLOW.test(why)), rejected.filter(({ why }) => FELLOW.test(why))];
}

function isStale(why: string): boolean {
  return STALE.test(why) && !/hook declined|deletion prohibited|remote rejected\] \(non-fast-forward/i.test(why);
}

/** Format (git-push, OUTPUT): `<flag> TAB <from>:<to> TAB <summary> (<reason>)`. */
function parseRejected(stdout: string): readonly Rejected[] {
  const rejected: Rejected[] = [];
  for (const line of stdout.split("\n")) {
    const [flag, refs = "", summary = ""] = line.split("\t");
    const ref = refs.slice(refs.indexOf(":") + 1);
    if (flag === "!" && isRefName(ref)) rejected.push({ ref: refName(ref), why: printable(summary.trim()) });
  }
  return rejected;
}
