import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { JoinRequest } from "../app/workspace/join-ref.ts";
import { judgeDevice, judgePerson } from "../app/workspace/pending.ts";
import { findRequests, pushRequest } from "../app/workspace/requests.ts";
import type { PendingCard } from "../cli/world-people.ts";
import type { WorldContext } from "../cli/world.ts";
import { HxError, isHxError } from "../domain/errors.ts";
import type { Oid } from "../domain/ids.ts";
import { openJoin } from "../format/join.ts";
import type { Acting } from "../app/workspace/acting.ts";
import { systemClock } from "./clone.ts";
import type { Here } from "./here.ts";

/** A request to join with where it lies. */
export interface Waiting {
  readonly request: JoinRequest;
  /** Join refs that hold it. */
  readonly refs: readonly { readonly remote: string; readonly oid: Oid }[];
  readonly card: PendingCard;
}

/** A file that is larger than this holds no request. */
const MOST = 1 << 20;

/** What waits at the listed remotes, and what lies in the files given. Damaged requests have a card and no request. */
export async function pendingAt(here: Here, acting: Acting, context: WorldContext, files: readonly string[] = []): Promise<{ readonly waiting: readonly Waiting[]; readonly cards: readonly PendingCard[] }> {
  const { requests, damaged } = await gather(here, context);
  for (const file of files) add(requests, await requestIn(here, resolve(context.directory, file)), { file });
  const people = [...requests.values()].flatMap(({ request }) => (request.kind === "person" ? [request] : []));
  const waiting = [...requests.values()].map(({ request, refs, named }) => {
    const { crypto } = here.ledger;
    const { state } = here.state.chain;
    const judged = request.kind === "person" ? judgePerson(crypto, state, acting, request, people) : judgeDevice(state, acting, request);
    const { name } = judged;
    const card: PendingCard = {
      kind: request.kind,
      id: request.id,
      fingerprint: request.join.fingerprint,
      ...(request.kind === "device" ? { person: request.join.device.person } : {}),
      ...(name === null ? {} : { name: name.name, ...(name.email === undefined ? {} : { email: name.email }) }),
      where: [...refs.map(({ remote }) => remote), ...named],
      odd: judged.odd,
    };
    return { request, refs, card };
  });
  return { waiting, cards: [...waiting.map(({ card }) => card), ...damaged] };
}

/** Takes requests that were acted on away from the remotes. Somebody who changed one meanwhile is left alone; a remote that refuses is told of. */
export async function dropRequests(here: Here, waiting: readonly Waiting[], warn: (text: string) => void): Promise<void> {
  for (const { request, refs } of waiting) {
    for (const { remote, oid } of refs) {
      await pushRequest(here.clone, here.ledger.others, remote, request.id, { from: oid, to: null }).catch((error: unknown) => {
        if (!isHxError(error)) throw error;
        warn(`the request '${request.id.slice(0, 8)}' stays at '${remote}': ${error.message}`);
      });
    }
  }
}

interface Gathered {
  readonly request: JoinRequest;
  readonly refs: { readonly remote: string; readonly oid: Oid }[];
  readonly named: string[];
}

async function gather(here: Here, context: WorldContext): Promise<{ readonly requests: Map<string, Gathered>; readonly damaged: PendingCard[] }> {
  const ports = { crypto: here.ledger.crypto, clock: systemClock, remote: here.clone.remote };
  const requests = new Map<string, Gathered>();
  const damaged: PendingCard[] = [];
  let failure: HxError | null = null;
  let reached = 0;
  for (const { name } of here.state.effective.listedRemotes) {
    context.progress.phase(`asking ${name} who wants to join`);
    try {
      for (const { id, oid, request, error } of await findRequests(ports, here.ledger.others, name, { signal: context.signal })) {
        if (request !== null) add(requests, request, { remote: name, oid });
        else damaged.push({ kind: "person", id, where: [name], odd: [{ code: "damaged", text: error?.message ?? "it is damaged", blocks: true }] });
      }
      reached++;
    } catch (error) {
      if (!isHxError(error) || error.code !== "remote-failed") throw error;
      failure = error;
      context.progress.warn(`'${name}' was not asked: ${error.message}`);
    }
  }
  if (reached === 0 && failure !== null) throw failure;
  return { requests, damaged };
}

/** Two requests under one id differ (one was made anew): both are shown. */
function add(requests: Map<string, Gathered>, request: JoinRequest, place: { readonly remote: string; readonly oid: Oid } | { readonly file: string }): void {
  const key = `${request.kind} ${request.id} ${request.join.fingerprint}`;
  const found = requests.get(key) ?? { request, refs: [], named: [] };
  if ("file" in place) found.named.push(place.file);
  else found.refs.push(place);
  requests.set(key, found);
}

async function requestIn({ ledger: { crypto } }: Here, path: string): Promise<JoinRequest> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new HxError("not-found", `no request to join can be read from '${path}'`, { cause, hints: ["hx member list --pending"] });
  });
  if (bytes.length > MOST) throw new HxError("encoding-invalid", `'${path}' is too large for a request to join`);
  const envelope = Uint8Array.from(bytes);
  const join = openJoin(crypto.hashes, (key, message, signature) => crypto.signer.verify(key, message, signature), envelope);
  return { kind: "person", id: join.opened.person.id, envelope, join };
}
