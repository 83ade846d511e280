import type { Phrase } from "../app/identity/phrase.ts";
import type { Protection } from "../app/identity/protection.ts";
import type { RequestNotice } from "../app/sharing/requests.ts";
import type { LaneWait } from "../domain/workspace/standing.ts";
import type { HookEntry, HookPlan } from "../ports/hooks.ts";
import type { PassphraseSource } from "../ports/keystore.ts";
import type { Named } from "./named.ts";
import type { PlanLine } from "./plan-line.ts";
import type { AgentsWorld } from "./world-agents.ts";
import type { KeepingWorld } from "./world-keeping.ts";
import type { PolicyBrief, PolicyWorld } from "./world-policy.ts";
import type { PeopleWorld } from "./world-people.ts";
import type { RawReport, ReadAccess, ReadingWorld, ShownSession, UnreadablePart, WrittenFile } from "./world-reading.ts";
import type { RequestsWorld } from "./world-requests.ts";
import type { RightsWorld } from "./world-rights.ts";
import type { DutiesReport, ShareWorld } from "./world-share.ts";
import type { ProjectsWorld, TeamsWorld } from "./world-teams.ts";

export type * from "./world-reading.ts";
export type * from "./world-teams.ts";
export type { Named, PlanLine };
import type { GuardWorld } from "./world-guard.ts";
import type { LogWorld } from "./world-log.ts";

export type * from "./world-log.ts";

/** What a command hands to the composition root when it asks for its world. */
export interface WorldContext {
  /** Absolute: the current directory, or that of `-C`. */
  readonly directory: string;
  /** Asked only when a locked key is needed and no unlock is remembered. */
  readonly passphrase: PassphraseSource;
  readonly progress: Progress;
  /** Aborted at the first SIGINT. */
  readonly signal: AbortSignal;
}

/** Tells a person what takes time. Phases follow one another. */
export interface Progress {
  phase(text: string): void;
  /** Something worth a line on stderr that is no failure. */
  warn(text: string): void;
  done(): void;
}

/** All that commands call. Plain values in, plain values out; failures are HxError. Times in ms since 1970, sizes in bytes. */
export interface World {
  readonly identity: IdentityWorld;
  readonly setup: SetupWorld;
  readonly people: PeopleWorld;
  readonly sessions: SessionsWorld;
  readonly reading: ReadingWorld;
  readonly hooks: HooksWorld;
  readonly agents: AgentsWorld;
  readonly teams: TeamsWorld;
  readonly projects: ProjectsWorld;
  readonly requests: RequestsWorld;
  readonly log: LogWorld;
  readonly share: ShareWorld;
  readonly policy: PolicyWorld;
  readonly guard: GuardWorld;
  readonly rights: RightsWorld;
  readonly keeping: KeepingWorld;
  /** A fenced demonstration in a temporary directory; yields one step after the other. */
  demo(): AsyncIterable<DemoStep>;
  /** Git's value of a configuration key as seen from the directory, or null. */
  gitConfig(key: string): Promise<string | null>;
  close(): Promise<void>;
}

export interface IdentityWorld {
  /** @throws HxError `exists` */
  create(protection: Protection): Promise<{ readonly phrase: Phrase; readonly summary: IdentitySummary }>;
  /** null: no identity here. Needs no passphrase. */
  show(): Promise<IdentitySummary | null>;
  /** null: the keys need no unlock. */
  unlock(minutes: number): Promise<{ readonly until: number; readonly place: string } | null>;
  lock(): Promise<void>;
  /** `next` is asked after the old passphrase proved right. */
  changePassphrase(next: () => Promise<Protection>): Promise<void>;
  /** From the phrase and the clone in the directory. Fetches, adds a device to the workspace. */
  recover(phrase: Phrase, protection: Protection, options: { readonly remote?: string }): Promise<RecoverReport>;
}

export interface IdentitySummary {
  readonly person: string;
  /** Absent: locked, and the person has several. */
  readonly device?: string;
  /** Newest person-key epoch that the card shows. */
  readonly epoch: number;
  readonly devices: number;
  readonly protection: "argon2id" | "keyring" | "none";
  /** True when no passphrase would be asked for. */
  readonly open: boolean;
  readonly directory: string;
}

export interface RecoverReport {
  readonly summary: IdentitySummary;
  readonly workspaces: number;
  readonly sessions: number;
  /** False: the new device is written into the workspace at the next sync. */
  readonly announced: boolean;
}

export interface SetupWorld {
  /** Where the directory stands. Needs no key and no network; throws nothing. */
  place(): Promise<{ readonly repository: string | null; readonly connected: boolean }>;
  /** @throws HxError `not-a-repository`, `refused` (a public remote, a throwaway home), `exists` (connected already: the hint says how to join) */
  planInit(options: InitOptions): Promise<InitPlan>;
  /** Does what the plan says. The identity exists by then. */
  init(options: InitOptions): Promise<InitReport>;
  status(): Promise<Status>;
  /** All checks, in the order in which they are shown. */
  doctor(options: { readonly offline: boolean }): AsyncIterable<Check>;
  planUninstall(options: UninstallOptions): Promise<readonly PlanLine[]>;
  uninstall(options: UninstallOptions): Promise<readonly PlanLine[]>;
}

export interface InitOptions {
  readonly name?: string;
  readonly email?: string;
  readonly project?: string;
  /** URL of the repository that holds the workspace; absent: this repository. */
  readonly workspace?: string;
  /** Names or URLs; absent: those that the checkout has. */
  readonly remotes?: readonly string[];
  readonly hooks: boolean;
  /** Agent hooks go into the project's settings instead of the person's. */
  readonly projectHooks: boolean;
  readonly publicOk: boolean;
  /** Keys may be made in a home that will not last (a container, a CI job). */
  readonly throwawayOk: boolean;
}

export interface InitPlan {
  readonly needsIdentity: boolean;
  readonly name: string;
  readonly email: string;
  readonly project: string;
  readonly lines: readonly PlanLine[];
  readonly warnings: readonly string[];
  /** Absent where none is in force. */
  readonly policy?: PolicyBrief;
}

export interface InitReport {
  readonly workspace: string;
  readonly repo: string;
  readonly project: string;
  readonly lines: readonly PlanLine[];
  readonly warnings: readonly string[];
}

export interface UninstallOptions {
  /** Also the local cache and trust state of this repository. Sessions in refs stay in any case. */
  readonly state: boolean;
}

export interface Status {
  readonly repository: string;
  readonly connected: boolean;
  /** Why it is not connected. */
  readonly reason?: string;
  readonly workspace?: { readonly id: string; readonly head: number; readonly people: number };
  readonly project?: string;
  /** Of the workspace; absent: none was ever published. Days like `2027-01-31`. */
  readonly policy?: PolicySummary;
  readonly identity?: IdentitySummary;
  readonly sessions?: { readonly kept: number; readonly staged: number; readonly unpushedBytes: number; readonly lastCapture?: number; readonly lastPush?: number };
  readonly lanes?: { readonly mine: number; readonly others: number; readonly verifiedAt?: number };
  /** Nothing is captured in this clone meanwhile. `until` is absent for a pause that ends only when it is ended. */
  readonly paused?: { readonly since: number; readonly until?: number };
  /** Sessions of this repository that were kept out of the record on this device; absent: none. */
  readonly excluded?: number;
  readonly hooks: readonly { readonly place: string; readonly installed: number; readonly expected: number }[];
  readonly agents: readonly { readonly name: string; readonly present: boolean; readonly hooked: boolean }[];
  readonly warnings: readonly Warning[];
}

/** The version in force, and the one that comes next. */
export interface PolicySummary {
  readonly inForce?: PolicyTurn;
  readonly coming?: PolicyTurn;
}

export interface PolicyTurn {
  readonly version: number;
  readonly effective: string;
}

export interface Warning {
  readonly message: string;
  /** A command that can be pasted. */
  readonly fix?: string;
}

export interface Check {
  readonly name: string;
  readonly result: "ok" | "warn" | "fail";
  readonly detail: string;
  readonly fix?: string;
}

export interface SessionsWorld {
  capture(options: CaptureOptions): Promise<CaptureReport>;
  sync(options: { readonly remote?: string; readonly full: boolean; readonly dryRun: boolean }): Promise<SyncReport>;
  /** Newest first. What cannot be opened is listed as locked. */
  list(options: ListOptions): Promise<readonly SessionRow[]>;
  /**
   * By id or a unique beginning of it. Somebody else's leaves an access entry first.
   * @throws HxError `not-found`, `ambiguous`, `locked`, `not-recipient`, `not-shared`, `remote-failed`
   */
  show(id: string): Promise<ShownSession>;
  /** Writes the exact files below the directory, which must be absent or empty. */
  raw(id: string, directory: string): Promise<RawReport>;
  restore(id: string, options: RestoreOptions): Promise<RestoreReport>;
  verify(options: { readonly full: boolean; readonly remote?: string; readonly anchor?: string }): Promise<VerifyReport>;
  /** A ref, an object id, `<ref>:<path>`. Decoded, never decrypted. */
  inspect(what: string): Promise<Inspection>;
}

export interface CaptureOptions {
  readonly agents: readonly string[];
  readonly session?: string;
  /** Only what changed since. */
  readonly since?: number;
  /** A session that another tool hands over: docs/spec/door.md. Only it is captured. */
  readonly from?: string;
  /** Also the session that is named, if it was erased. */
  readonly again?: boolean;
  readonly dryRun: boolean;
}

export interface CaptureReport {
  readonly sessions: readonly CapturedSession[];
  /** Sessions that yielded nothing, with the reason. */
  readonly skipped: readonly { readonly agent: string; readonly session: string; readonly reason: string }[];
  /** How many of these could not be captured because something went wrong. */
  readonly failed: number;
}

export interface CapturedSession {
  readonly id: string;
  readonly agent: string;
  readonly title?: string;
  readonly newBytes: number;
  /** Bytes left out because they ran outside the collection boundary, or in a pause. */
  readonly omittedBytes: number;
  readonly isNew: boolean;
}

export interface SyncReport {
  readonly remotes: readonly {
    readonly remote: string;
    readonly result: "done" | "nothing" | "refused" | "unreachable" | "stale";
    readonly reason?: string;
    readonly pushedSessions: number;
    readonly pushedBytes: number;
    readonly lanesFetched: number;
    readonly filtered: boolean;
  }[];
  readonly waiting: number;
  /** Why nothing was published: for an administrator, or for the person's own keys. */
  readonly waits?: LaneWait;
  /** Requests that wait for this person's word. Absent while their keys are locked: nobody knows then. */
  readonly requests?: readonly RequestNotice[];
  /** What was done for shares; absent while the keys are locked. */
  readonly shares?: DutiesReport;
  readonly warnings: readonly string[];
}

export interface ListOptions {
  /** Redacted copies too. */
  readonly copies?: boolean;
  readonly agent?: string;
  readonly since?: number;
  readonly limit?: number;
  /** Also those that others share with the reader. */
  readonly shared: boolean;
}

export interface SessionRow {
  readonly id: string;
  /** `shared`: by somebody else. `erased`: its author removed its key, and nothing of it opens. */
  readonly state: "pushed" | "waiting" | "locked" | "unreadable" | "erased" | "shared";
  /** A redacted copy, which was made to be shared. */
  readonly kind?: "redacted";
  /** Of a copy that is not locked: the session of which it is one. */
  readonly source?: string;
  readonly agent?: string;
  readonly title?: string;
  readonly branch?: string;
  readonly first?: number;
  readonly last?: number;
  readonly turns?: number;
  /** Plaintext bytes. */
  readonly bytes?: number;
  readonly parts: number;
  /** There where the state is `shared`; what the session says is known only while a lease lives. */
  readonly shared?: SharedRow;
}

/** Times in ms since 1970. */
export interface SharedRow {
  readonly author: Named;
  readonly team: Named;
  /** Of the approval. */
  readonly expires?: number;
  /** End of the lease. */
  readonly until?: number;
}

export interface RestoreOptions {
  /** The checkout in which the session is to go on; absent: the directory. */
  readonly directory?: string;
  /** Whether paths in the records are mapped where the checkout lies elsewhere; absent: in one's own sessions. */
  readonly map?: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
}

export interface RestoreReport {
  readonly agent: string;
  readonly access: ReadAccess;
  readonly unreadable: readonly UnreadablePart[];
  readonly files: readonly (WrittenFile & { readonly action: "written" | "same" | "replaced" })[];
  /** Not zero: what was left out at capture, so that the files are not what the agent wrote. */
  readonly omittedBytes: number;
  /** There where the session ran in a checkout that lies elsewhere: the paths of one became those of the other in so many records. */
  readonly mapped?: { readonly from: string; readonly to: string; readonly records: number };
  /** It is a redacted copy: the files are not what the agent wrote. */
  readonly kind?: "redacted";
  /** The session of which it is one. */
  readonly source?: string;
  /** How to resume: a command. */
  readonly resume?: string;
}

export interface VerifyReport {
  readonly lanes: number;
  readonly headers: number;
  readonly sessions: number;
  readonly segments: number;
  readonly opened: number;
  readonly notOpened: number;
  /** Among those: their authors erased them. */
  readonly erased: number;
  /** Sessions of others that were shared with the reader; `opened`: under leases that live, since nothing else may be. */
  readonly shared: { readonly sessions: number; readonly opened: number };
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly severity: "error" | "warning";
  /** An error code of docs/reference/errors.md. */
  readonly code: string;
  readonly message: string;
  /** The exact place: remote, ref, commit, path, byte, as far as it is known. */
  readonly place: readonly (readonly [label: string, value: string])[];
}

export interface Inspection {
  readonly what: string;
  readonly kind: string;
  /** Label and value pairs, nested by sections. Bytes are given in hex. */
  readonly sections: readonly InspectSection[];
}

export interface InspectSection {
  readonly title: string;
  readonly fields: readonly (readonly [label: string, value: string | number | boolean])[];
}

export interface HooksWorld {
  /** What `install` or `remove` would do. */
  plan(verb: "install" | "remove", options: HooksOptions): Promise<readonly NamedHookPlan[]>;
  install(options: HooksOptions): Promise<readonly NamedHookPlan[]>;
  remove(options: HooksOptions): Promise<readonly NamedHookPlan[]>;
  status(): Promise<readonly { readonly place: string; readonly entries: readonly HookEntry[] }[]>;
}

export interface HooksOptions {
  /** `git`, or names of agents; empty: all. */
  readonly places: readonly string[];
  readonly project: boolean;
}

export interface NamedHookPlan extends HookPlan {
  readonly place: string;
}

export interface DemoStep {
  readonly title: string;
  /** What was run, if the step shows one. */
  readonly command?: string;
  readonly lines: readonly string[];
}
