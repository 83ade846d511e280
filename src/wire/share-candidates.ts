import { gitHistory } from "../adapters/git/history.ts";
import { findByCommit } from "../app/sharing/find-by-commit.ts";
import type { WorldContext } from "../cli/world.ts";
import { agentsOf } from "./agents.ts";
import type { Settings } from "./settings.ts";
import type { CandidateFinder } from "./share.ts";

/** Which sessions wrote a commit, by what their edits say; content that is not here is fetched. */
export function candidateFinder(settings: Settings, context: WorldContext): CandidateFinder {
  return async ({ clone, ledger, remote }, { author, sources }, about) => {
    const history = gitHistory({ env: settings.env }, clone.repository.checkout);
    const fetcher = { remote: clone.remote, url: remote, options: { signal: context.signal } };
    const { candidates } = await findByCommit({ ledger, history, repository: clone.repository, agents: await agentsOf(settings), fetcher }, author, sources, about);
    // Those whose edits wrote what was asked for leave the others, of which only the time speaks, behind.
    const wrote = candidates.filter(({ turns }) => turns.length > 0);
    return wrote.length > 0 ? wrote : candidates;
  };
}
