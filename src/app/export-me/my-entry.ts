import { HxError } from "../../domain/errors.ts";
import type { PersonId } from "../../domain/ids.ts";
import { isAdministrator, type Team, type WorkspaceState } from "../../domain/workspace/state.ts";
import { fingerprint } from "../../format/join.ts";
import type { Hashes } from "../../ports/crypto.ts";
import type { VerifiedChain } from "../sync/workspace-chain.ts";
import type { Directory, Entry } from "../workspace/directory.ts";
import { fingerprintsOf } from "../workspace/fingerprints.ts";

/** What the workspace says of a person. Statements are given by number; of keys there is the public half's fingerprint, never more. */
export interface MyEntry {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly state: "living" | "removed" | "departed";
  readonly administrator: boolean;
  /** By which others let this person in; of the founder, of their person statement. */
  readonly fingerprint?: string;
  readonly since: number;
  readonly until?: number;
  readonly devices: readonly { readonly id: string; readonly state: "live" | "removed"; readonly since: number; readonly until?: number; readonly fingerprint: string }[];
  readonly keys: readonly { readonly epoch: number; readonly fingerprint: string }[];
  readonly teams: readonly { readonly id: string; readonly name?: string; readonly part: "member" | "nominated" | "former" }[];
  /** The team that may open what is this person's after a departure. */
  readonly succession?: { readonly id: string; readonly name?: string };
}

/** @throws HxError `not-found` for somebody whom the workspace does not know */
export function myEntry(hashes: Hashes, { state, chain }: VerifiedChain, directory: Directory, id: PersonId): MyEntry {
  const person = state.persons.get(id);
  if (person === undefined) throw new HxError("not-found", "the workspace does not know you yet", { hints: ["hx status"] });
  const { name, email } = directory.person(id);
  const joined = fingerprintsOf(hashes, chain.statements).get(id);
  const of = (key: Uint8Array): string => fingerprint((bytes) => hashes.h(bytes), key);
  return {
    id,
    ...(name === null ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    state: person.state,
    administrator: isAdministrator(state, id),
    ...(joined === undefined ? {} : { fingerprint: joined }),
    since: person.since,
    ...(person.until === undefined ? {} : { until: person.until }),
    devices: devicesOf(state, id, of),
    keys: person.keys.map(({ epoch, key }) => ({ epoch, fingerprint: of(key) })),
    teams: [...state.teams.values()].flatMap((team) => {
      const part = partIn(team, id);
      return part === null ? [] : [{ ...plain(directory.team(team.id)), part }];
    }),
    ...(person.succession === undefined ? {} : { succession: plain(directory.team(person.succession.team)) }),
  };
}

function devicesOf(state: WorkspaceState, id: PersonId, of: (key: Uint8Array) => string): MyEntry["devices"] {
  return [...state.devices.values()]
    .filter(({ person }) => person === id)
    .map((device) => ({ id: device.id, state: device.state, since: device.since, ...(device.until === undefined ? {} : { until: device.until }), fingerprint: of(device.sign) }));
}

function partIn(team: Team, id: PersonId): MyEntry["teams"][number]["part"] | null {
  if (team.members.has(id)) return "member";
  if (team.nominated.has(id)) return "nominated";
  return team.former.some(({ person }) => person === id) ? "former" : null;
}

const plain = ({ id, name }: Entry<string>): { readonly id: string; readonly name?: string } => ({ id, ...(name === null ? {} : { name }) });
