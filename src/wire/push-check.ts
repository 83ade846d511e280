import { claimAt } from "../app/guard/claim.ts";
import { refused } from "../app/guard/refusals.ts";
import { weakening } from "../app/guard/weakening.ts";
import { findingView } from "../cli/views/guard.ts";
import { Output } from "../cli/io/output.ts";
import type { GuardFinding } from "../domain/guard/finding.ts";
import { isHxError } from "../domain/errors.ts";
import { isRefName } from "../domain/ids.ts";
import { isListedUrl } from "../domain/remote-url.ts";
import type { WorkspaceState } from "../domain/workspace/state.ts";
import { localChain } from "../app/sync/workspace-chain.ts";
import { findClone, openLedger, type Clone } from "./clone.ts";
import { realHost } from "./host.ts";
import { readSettings } from "./settings.ts";

/** One line of what git hands to `pre-push`. */
interface PushLine {
  readonly oid: string;
  /** On the remote. */
  readonly ref: string;
}

/** What a push would be refused for, and what it is told. */
export interface PushCheck {
  readonly refused: readonly GuardFinding[];
  readonly told: readonly GuardFinding[];
}

const NOTHING: PushCheck = { refused: [], told: [] };

/**
 * `hx hook git check-push <remote> <url>`: what guard would refuse, met before the network, with what this clone knows. Nothing is fetched.
 * @param input the lines that git hands to `pre-push`
 */
export async function checkPush(directory: string, remote: string, url: string, input: string): Promise<PushCheck> {
  const clone = await findClone(readSettings(), directory);
  if (clone === null) return NOTHING;
  try {
    return await judge(clone, remote, url, linesOf(input));
  } finally {
    await clone.repository.store.close();
  }
}

async function judge({ repository, connectionPorts, ...clone }: Clone, remote: string, url: string, lines: readonly PushLine[]): Promise<PushCheck> {
  const branch = (await repository.symbolicRef(`refs/remotes/${remote}/HEAD`)) ?? `refs/remotes/${remote}/main`;
  const before = await claimAt(connectionPorts, repository, branch).catch(nothingReadable);
  if (before === null || !isListedUrl(url, before.connection.remotes, repository.checkout.top ?? repository.checkout.gitDirectory)) return NOTHING;
  const state = await stateHere({ repository, connectionPorts, ...clone });
  const found: { readonly finding: GuardFinding; readonly stops: boolean }[] = [];
  for (const { oid, ref } of lines) {
    if (ref.startsWith("refs/sessions/")) {
      const own = isRefName(ref) ? await repository.store.read(ref) : null;
      if (own !== oid) found.push({ finding: refused("ref-unknown", ref, "this is not what hx has there: only hx pushes below 'refs/sessions/'", "hx sync"), stops: true });
      continue;
    }
    if (!ref.startsWith("refs/heads/") || /^0+$/.test(oid)) continue;
    const isDefault = branch === ref.replace("refs/heads/", `refs/remotes/${remote}/`);
    const after = await claimAt(connectionPorts, repository, oid).catch(nothingReadable);
    const finding = weakening(ref, before, after, state, { accept: [] }, `git checkout ${branch.slice("refs/remotes/".length)} -- .hx/connection.yaml`);
    if (finding !== null) found.push({ finding, stops: isDefault });
  }
  const pick = (stops: boolean): readonly GuardFinding[] => found.filter((one) => one.stops === stops).map(({ finding }) => finding);
  return { refused: pick(true), told: pick(false) };
}

/** The same, told on stderr. @returns 14 when the push is to be stopped, else 0 */
export async function tellPush(directory: string, remote: string, url: string, input: string): Promise<0 | 14> {
  const { refused: stopped, told } = await checkPush(directory, remote, url, input);
  const err = new Output((await realHost()).stderr, false);
  for (const finding of stopped) await err.write(findingView(finding, err.style));
  for (const finding of told) await err.write(findingView({ ...finding, severity: "warning", message: `guard will refuse the merge of this: ${finding.message}` }, err.style));
  if (stopped.length > 0) await err.write("  past  git push --no-verify: a guard on the server or in CI refuses it all the same\n");
  return stopped.length > 0 ? 14 : 0;
}

/** A file that cannot be used binds nobody, and says nothing. */
function nothingReadable(error: unknown): null {
  if (isHxError(error)) return null;
  throw error;
}

async function stateHere(clone: Clone): Promise<WorkspaceState | null> {
  try {
    return (await localChain(await openLedger(clone))).state;
  } catch (error) {
    return nothingReadable(error);
  }
}

/** githooks(5): `<local ref> SP <local oid> SP <remote ref> SP <remote oid> LF`. */
function linesOf(input: string): readonly PushLine[] {
  return input.split("\n").flatMap((line) => {
    const [, oid, ref] = line.split(" ");
    return oid === undefined || ref === undefined ? [] : [{ oid, ref }];
  });
}
