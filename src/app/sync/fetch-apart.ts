import { HxError, isHxError } from "../../domain/errors.ts";
import type { RefName } from "../../domain/ids.ts";
import { SESSIONS_PREFIX } from "../../format/paths.ts";
import type { Remote, RemoteOptions, Store } from "../../ports/git.ts";

export interface FetchPair {
  readonly from: RefName;
  readonly to: RefName;
}

/**
 * Git refuses a fetch as a whole for one object that its own check does not pass. Then each group of refs (a lane with its keys) is fetched
 * by itself, so that nobody's keeps the others away.
 * @returns the groups that could not be fetched, with the reason
 * @throws HxError `remote-failed` when the remote is out of reach
 */
export async function fetchApart<Group>(
  store: Store,
  remote: Remote,
  url: string,
  wanted: ReadonlyMap<Group, readonly FetchPair[]>,
  options: RemoteOptions & { readonly whole?: boolean },
): Promise<{ readonly filtered: boolean; readonly failed: ReadonlyMap<Group, HxError> }> {
  const fetch = async (pairs: readonly FetchPair[]): Promise<boolean> => pairs.length === 0 || (await remote.fetch(store, url, pairs, options)).filtered;
  const failed = new Map<Group, HxError>();
  try {
    return { filtered: await fetch([...wanted.values()].flat()), failed };
  } catch (error) {
    if (!isHxError(error) || error.code !== "remote-failed") throw error;
    await remote.list(url, SESSIONS_PREFIX, options);
  }
  let filtered = true;
  for (const [group, pairs] of wanted) {
    try {
      filtered = (await fetch(pairs)) && filtered;
    } catch (error) {
      if (!isHxError(error) || error.code !== "remote-failed") throw error;
      failed.set(group, error);
    }
  }
  return { filtered, failed };
}
