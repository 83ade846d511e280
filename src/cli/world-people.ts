import type { PolicyBrief } from "./world-policy.ts";
import type { Protection } from "../app/identity/protection.ts";
import type { PlanLine } from "./plan-line.ts";

/** People and devices of the workspace. Every call but `plan…` and lists changes it at its home, or leaves it as it was. */
export interface PeopleWorld {
  /** @throws HxError `not-connected`, `remote-failed`; `refused` (another workspace than the invitation says, a throwaway home) */
  planJoin(options: JoinOptions): Promise<JoinPlan>;
  /** Does what the plan says. The identity exists by then. */
  join(options: JoinOptions): Promise<JoinReport>;
  /** Makes keys for this machine and asks a member's other devices to take it in. @param protection asked for when there are no keys yet */
  joinDevice(options: JoinDeviceOptions, protection: () => Promise<Protection>): Promise<JoinReport>;

  members(options: { readonly pending: boolean }): Promise<Members>;
  /** Requests of people at the listed remotes, and those in files that somebody brought. */
  pendingPeople(files: readonly string[]): Promise<readonly PendingCard[]>;
  /** @param fingerprints whole ones, of requests that `pendingPeople` showed */
  admit(fingerprints: readonly string[], files: readonly string[]): Promise<readonly PersonChange[]>;
  planRemoval(person: string, departed: boolean): Promise<RemovalPlan>;
  /** @param person id */
  removeMember(person: string, departed: boolean): Promise<PersonChange>;
  setRole(person: string, administrator: boolean): Promise<PersonChange>;

  /** @param all those of other members too */
  devices(options: { readonly all: boolean }): Promise<Devices>;
  pendingDevices(): Promise<readonly PendingCard[]>;
  addDevices(fingerprints: readonly string[]): Promise<readonly DeviceChange[]>;
  planDeviceRemoval(device: string): Promise<RemovalPlan>;
  /** @param device id */
  removeDevice(device: string): Promise<DeviceChange>;
  /** @param days until it expires */
  issueCaptureKey(days: number): Promise<IssuedKey>;

  /** What this person signed for the time after their departure. */
  succession(): Promise<SuccessionShown>;
  /** @param team null takes it back */
  setSuccession(team: string | null): Promise<SuccessionShown>;
}

export interface JoinOptions {
  readonly name?: string;
  readonly email?: string;
  /** Beginning of the workspace id that somebody gave. */
  readonly invitation?: string;
  readonly hooks: boolean;
  readonly projectHooks: boolean;
  readonly throwawayOk: boolean;
  /** Writes the request into this new file instead of pushing it. */
  readonly out?: string;
}

export interface JoinDeviceOptions {
  readonly invitation?: string;
  /** Name, e-mail or id; needed while there are no keys here. Names are sealed to members, so a new machine finds them by id. */
  readonly person?: string;
  readonly hooks: boolean;
  readonly projectHooks: boolean;
}

export interface JoinPlan {
  readonly needsIdentity: boolean;
  /** `new`: nothing was asked yet. `waiting`: for an administrator. `member`: admitted. */
  readonly standing: "new" | "waiting" | "member";
  readonly workspace: string;
  readonly name: string;
  readonly email: string;
  readonly lines: readonly PlanLine[];
  readonly warnings: readonly string[];
  /** Absent where none is in force. */
  readonly policy?: PolicyBrief;
}

export interface JoinReport {
  readonly state: "asked" | "waiting" | "member";
  readonly workspace: string;
  readonly person: string;
  readonly device?: string;
  /** What whoever admits compares, while it waits. */
  readonly fingerprint?: string;
  /** Where the request lies: name of a remote, or a file. */
  readonly where?: string;
  readonly lines: readonly PlanLine[];
  /** Who does what next. */
  readonly next: readonly string[];
}

export interface Members {
  readonly people: readonly MemberRow[];
  readonly pending: readonly PendingCard[];
}

export interface MemberRow {
  readonly id: string;
  /** Absent: no membership key at hand opens it. */
  readonly name?: string;
  readonly email?: string;
  readonly state: "living" | "removed" | "departed";
  readonly administrator: boolean;
  /** Live ones. */
  readonly devices: number;
  /** Of the request with which they came; absent for the founder. */
  readonly fingerprint?: string;
  readonly self: boolean;
  /** A device of theirs was removed, and they have no new person key yet. */
  readonly keyDue: boolean;
  /** What is odd about them. */
  readonly odd: readonly string[];
}

export interface PendingCard {
  readonly kind: "person" | "device";
  /** Person or device id; what the ref is called where the request is damaged. */
  readonly id: string;
  /** Absent: it is damaged. */
  readonly fingerprint?: string;
  /** Of a device: whose it asks to be. */
  readonly person?: string;
  readonly name?: string;
  readonly email?: string;
  /** Names of remotes, or files. */
  readonly where: readonly string[];
  readonly odd: readonly { readonly code: string; readonly text: string; readonly blocks: boolean }[];
}

export interface PersonChange {
  readonly change: "added" | "removed" | "departed" | "role";
  readonly person: string;
  readonly name?: string;
  readonly administrator?: boolean;
  /** It was so already; somebody else was first. */
  readonly already: boolean;
  readonly next: readonly string[];
}

export interface DeviceChange {
  readonly change: "added" | "removed";
  readonly device: string;
  readonly person: string;
  readonly name?: string;
  readonly already: boolean;
  /** A new person key was made, which the removed device does not have. */
  readonly renewed: boolean;
  readonly next: readonly string[];
}

export interface RemovalPlan {
  /** Id of the person or device. */
  readonly id: string;
  readonly name?: string;
  readonly lines: readonly PlanLine[];
}

export interface Devices {
  readonly devices: readonly DeviceRow[];
  readonly pending: readonly PendingCard[];
}

export interface DeviceRow {
  readonly id: string;
  readonly person: string;
  readonly name?: string;
  readonly state: "live" | "removed";
  /** The one on which this runs. */
  readonly self: boolean;
  /** Number of the statement that brought it in. */
  readonly since: number;
}

export interface IssuedKey {
  /** Text that is a secret: whoever has it writes as its author. It opens nothing. */
  readonly secret: string;
  readonly lane: string;
  readonly repo: string;
  /** Midnight UTC after which it is refused, ms since 1970. */
  readonly until: number;
}

export interface SuccessionShown {
  readonly team?: { readonly id: string; readonly name?: string };
  /** Administrators who could open their part now, by name or id. */
  readonly reaches: readonly string[];
  readonly misses: readonly string[];
  readonly changed: boolean;
  readonly problems: readonly string[];
}
