import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CARD_FILE, readCard } from "../app/identity/files.ts";
import { openIdentity } from "../app/identity/open.ts";
import type { IdentityPorts } from "../app/identity/ports.ts";
import { showIdentity } from "../app/identity/show.ts";
import { takeFromHome } from "../app/sync/home.ts";
import { localChain } from "../app/sync/workspace-chain.ts";
import { throwawayError } from "../app/workspace/init-plan.ts";
import { joinEnvelope } from "../app/workspace/join.ts";
import { writeJoin } from "../app/workspace/join-ref.ts";
import { findRequest, pushRequest, type FoundRequest } from "../app/workspace/requests.ts";
import type { JoinOptions, JoinPlan, JoinReport } from "../cli/world-people.ts";
import type { PlanLine, WorldContext } from "../cli/world.ts";
import { HxError } from "../domain/errors.ts";
import { nameProblem } from "../domain/words.ts";
import { standingOf } from "../domain/workspace/standing.ts";
import { encodeCard } from "../format/card.ts";
import { openJoin } from "../format/join.ts";
import { joinRef, SESSIONS_PREFIX } from "../format/paths.ts";
import type { RemoteUrl } from "../ports/git.ts";
import type { Ledger } from "../app/ledger.ts";
import { bringChain, connected, openClone, openLedger, systemClock, type Clone, type Connected } from "./clone.ts";
import { openHere } from "./here.ts";
import { hookPlaces } from "./hooks-world.ts";
import { ensureLane } from "./own-lane.ts";
import { policyBrief } from "./policy-brief.ts";
import { attributesPlace } from "./setup-world.ts";
import { throwawayReason, type Settings } from "./settings.ts";

type Ports = () => Promise<IdentityPorts>;

/** A clone of a connected repository, with the chain as the remote has it now. */
export interface Gate {
  readonly clone: Clone;
  readonly ledger: Ledger;
  readonly state: Connected;
  readonly remote: RemoteUrl;
}

/** What whoever gave an invitation out of band must have given: enough digits that nobody finds another workspace with them. */
const INVITATION = /^[0-9a-f]{16,64}$/;

/** @throws HxError `not-connected`, `remote-failed`; `refused` when the workspace is not the invited one */
export async function openGate(settings: Settings, context: WorldContext, invitation: string | undefined): Promise<Gate> {
  const clone = await openClone(settings, context.directory);
  const ledger = await openLedger(clone);
  await bringChain(clone, ledger, context.signal);
  checkInvitation(ledger.workspace, invitation);
  const remote = (await connected(clone, ledger)).effective.listedRemotes[0];
  if (remote === undefined) throw new HxError("not-connected", "this clone has no listed remote", { hints: ["git remote -v"] });
  context.progress.phase(`asking ${remote.name}`);
  // Admission may have come since; the name of a remote does for its URL.
  await takeFromHome(ledger, clone.remote, remote.name);
  return { clone, ledger, state: await connected(clone, ledger), remote };
}

function checkInvitation(workspace: string, invitation: string | undefined): void {
  if (invitation === undefined) return;
  const digits = invitation.replace(/[\s:]/g, "").toLowerCase();
  if (!INVITATION.test(digits)) throw new HxError("usage", "an invitation is the beginning of a workspace id, of at least 16 hex digits", { hints: ["hx join --invitation <digits>"] });
  if (!workspace.startsWith(digits)) throw new HxError("refused", `this repository belongs to workspace '${workspace.slice(0, 16)}', and you were invited to '${digits.slice(0, 16)}'`, { hints: ["git remote -v"] });
}

export async function planJoin(settings: Settings, context: WorldContext, ports: Ports, options: JoinOptions): Promise<JoinPlan> {
  const gate = await openGate(settings, context, options.invitation);
  const shown = await showIdentity(await ports());
  const standing = shown === null ? "new" : await standingHere(gate, shown.person);
  // Who asked before, or is in, has a name already.
  const { name, email } = standing === "new" ? await nameOf(gate, options) : { name: "", email: "" };
  const throwaway = throwawayReason(settings);
  if (shown === null && throwaway !== null && !options.throwawayOk) throw throwawayError(throwaway, "hx join --throwaway-ok");
  const hooks = await hookLines(settings, gate, options);
  const { workspace } = gate.ledger;
  const policy = policyBrief(gate.state.chain.state, gate.state.chain.chain.documents, systemClock.now());
  const asks = shown === null ? `${SESSIONS_PREFIX}join/<person id>` : joinRef(shown.person);
  return {
    needsIdentity: shown === null,
    standing,
    workspace,
    name,
    email: email ?? "",
    ...(policy === undefined ? {} : { policy }),
    lines: [
      { action: shown === null ? "create" : "keep", what: shown === null ? "a new identity, with a recovery phrase that is shown once" : "the identity that is there" },
      ...(standing === "new" ? [{ action: "create", what: `a request to join workspace ${workspace.slice(0, 16)}: your name, e-mail and public keys, the name sealed to its members`, where: options.out ?? asks }] : []),
      { action: standing === "member" ? "change" : "create", what: standing === "member" ? "the lane of this clone is certified" : "a lane: what you capture waits here until you are admitted" },
      ...hooks,
    ],
    warnings: options.invitation === undefined && standing === "new" ? [`nothing but this repository says that ${workspace.slice(0, 16)} is the right workspace: ask for the invitation (--invitation)`] : [],
  };
}

export async function join(settings: Settings, context: WorldContext, ports: Ports, options: JoinOptions): Promise<JoinReport> {
  const gate = await openGate(settings, context, options.invitation);
  const identityPorts = await ports();
  const identity = await openIdentity(identityPorts);
  const standing = await standingHere(gate, identity.person);
  const lines = await installHooks(settings, gate, options);
  const report = { workspace: gate.ledger.workspace, person: identity.person, device: identity.device, lines };
  if (standing === "member") {
    await openHere(settings, context.directory, ports, "must");
    return { ...report, state: "member", next: ["you were admitted, and this clone's lane is certified:  hx sync"] };
  }
  const there = await ownRequest(gate, context, identity.person);
  const isAnew = options.name !== undefined || options.email !== undefined || options.out !== undefined;
  const found = there?.request ?? null;
  const kept = found?.join.workspace === gate.ledger.workspace ? found : null;
  const waits = kept !== null && !isAnew;
  const { fingerprint, where } = waits ? { fingerprint: kept.join.fingerprint, where: gate.remote.name } : await ask();
  await ensureLane(gate.clone, gate.ledger, identity, await localChain(gate.ledger));
  return { ...report, state: waits ? "waiting" : "asked", fingerprint, where, next: nextSteps(where, fingerprint, options.out !== undefined) };

  async function ask(): Promise<{ readonly fingerprint: string; readonly where: string }> {
    const found = await readCard(identityPorts);
    if (found === null) throw new HxError("encoding-invalid", `'${CARD_FILE}' is missing`, { hints: ["hx identity restore"] });
    const { crypto } = gate.ledger;
    const member = { person: identity.person, device: identity.device, sign: identity.signSeed, card: encodeCard(found.envelopes) };
    const envelope = joinEnvelope(crypto, member, gate.state.chain.state, await nameOf(gate, options));
    const opened = openJoin(crypto.hashes, (key, message, signature) => crypto.signer.verify(key, message, signature), envelope);
    if (options.out !== undefined) {
      const file = resolve(context.directory, options.out);
      await writeNew(file, envelope);
      return { fingerprint: opened.fingerprint, where: file };
    }
    await pushEnvelope(gate, identity.person, envelope, there);
    return { fingerprint: opened.fingerprint, where: gate.remote.name };
  }
}

/** Replaces what is there: only what this identity signed counts under its id, so anything else is in the way. @throws HxError `busy`, `remote-failed` */
export async function pushEnvelope({ clone, ledger, remote }: Gate, id: string, envelope: Uint8Array, there: FoundRequest | null): Promise<void> {
  const to = await writeJoin(ledger.others, envelope, systemClock.now());
  const result = await pushRequest(clone, ledger.others, remote.name, id, { from: there?.oid ?? null, to });
  if (result.kind === "stale") throw new HxError("busy", "somebody else writes this request now", { hints: ["hx join"] });
}

export function ownRequest({ clone, ledger, remote }: Gate, context: WorldContext, id: string): Promise<FoundRequest | null> {
  return findRequest({ crypto: ledger.crypto, clock: systemClock, remote: clone.remote }, ledger.others, remote.name, id, { signal: context.signal });
}

async function standingHere({ clone, ledger, state: { chain }, remote }: Gate, person: Parameters<typeof standingOf>[1]): Promise<JoinPlan["standing"]> {
  const standing = standingOf(chain.state, person);
  if (standing === "member") return "member";
  if (standing === "removed") throw new HxError("refused", "this identity was removed from the workspace: who comes back comes with a new one", { hints: ["hx identity show"] });
  const ref = joinRef(person);
  return (await clone.remote.list(remote.name, ref)).has(ref) && ledger.workspace === chain.state.workspace ? "waiting" : "new";
}

async function nameOf({ clone: { repository } }: Gate, options: Pick<JoinOptions, "name" | "email">): Promise<{ readonly name: string; readonly email?: string }> {
  const name = (options.name ?? (await repository.config("user.name")) ?? "").trim();
  const email = (options.email ?? (await repository.config("user.email")) ?? "").trim();
  if (name === "") throw new HxError("answer-needed", "you have no name here", { hints: ["answer it with --name <name>"] });
  const problem = nameProblem(name);
  if (problem !== null) throw new HxError("usage", problem, { hints: ["answer it with --name <name>"] });
  return { name, ...(email === "" ? {} : { email }) };
}

function nextSteps(where: string, fingerprint: string, isFile: boolean): readonly string[] {
  const begin = fingerprint.slice(0, 19);
  return [
    `tell an administrator your fingerprint, not through this repository: ${fingerprint}`,
    isFile ? `and give them '${where}', which they admit:  hx member add <file>` : `an administrator compares it and admits you:  hx member add "${begin}"`,
    "what you capture waits here until then; afterwards:  hx sync",
  ];
}

type HookWishes = Pick<JoinOptions, "hooks" | "projectHooks">;

async function hookLines(settings: Settings, gate: Gate, options: HookWishes): Promise<readonly PlanLine[]> {
  const lines: PlanLine[] = [];
  for (const place of await placesOf(settings, gate, options)) {
    const { changes, byHand } = await place.plan();
    lines.push(...changes.map(({ what, where }) => ({ action: "change", what, where })), ...byHand.map(({ where, lines: more }) => ({ action: "by hand", what: more.join(" ; "), where })));
  }
  return lines;
}

export async function installHooks(settings: Settings, gate: Gate, options: HookWishes): Promise<readonly PlanLine[]> {
  const lines: PlanLine[] = [];
  for (const place of await placesOf(settings, gate, options)) {
    const { changes, byHand } = await place.install();
    lines.push(...changes.map(({ what, where }) => ({ action: "change", what, where })), ...byHand.map(({ where, lines: more }) => ({ action: "by hand", what: more.join(" ; "), where })));
  }
  return lines;
}

async function placesOf(settings: Settings, { clone }: Gate, options: HookWishes) {
  const { checkout } = clone.repository;
  const hooks = options.hooks ? await hookPlaces(settings, checkout.top ?? checkout.gitDirectory, options.projectHooks) : [];
  return [...hooks, attributesPlace(clone)];
}

async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { flag: "wx" });
  } catch (cause) {
    throw new HxError("exists", `'${file}' cannot be written, or is there already`, { cause });
  }
}
