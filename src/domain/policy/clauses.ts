/**
 * `keys`: nobody can do otherwise without a key that they do not have. `clients`: every unchanged hx refuses or does it; a changed one need not.
 * `promise`: nothing in hx holds it, people do.
 */
export type Enforcement = "keys" | "clients" | "promise";

export interface Clause {
  readonly id: string;
  readonly enforcement: Enforcement;
  /** `<file> > <title>`: the tests that fail when it does not hold. None where it is a promise. */
  readonly tests: readonly string[];
  /** Heading of docs/threat-model.md, as an anchor, under which stands what could and could not be done about it. */
  readonly threat: string;
}

const REACH = "test/attacks/reach.test.ts";
const ERASE = "test/rights/erase.test.ts";
const NEVER = "test/rights/never-used.test.ts";
const ADMINISTRATORS = "administrators";
const PROMISES = "promises";
const LOG = "the-access-log-an-adversary-who-may-read-what-was-shared";
const REMOTE = "an-adversary-who-can-write-to-the-remote-a-host-a-stolen-push-token";
const HOST = "an-adversary-who-can-read-the-remote-or-a-clone-a-backup-the-hosts-disks";

const promise = <Id extends string>(id: Id, threat: string = PROMISES) => ({ id, enforcement: "promise", tests: [], threat }) as const satisfies Clause;

/** Every clause of the template, in the order of its texts. */
export const CLAUSES = [
  promise("purpose.record"),
  { id: "scope.connection", enforcement: "clients", threat: "what-it-guarantees", tests: ["test/capture/boundary.test.ts > a fork with nothing but a personal remote", "test/capture/boundary.test.ts > in a repository inside the checkout that is not connected", "test/boundary/boundary.test.ts > takes no word from the environment"] },
  promise("scope.tools"),
  promise("scope.accounts"),
  { id: "scope.pause", enforcement: "clients", threat: "policy", tests: ["test/policy/keeping.test.ts > keeps what runs meanwhile out for good, and lets in what ran before and runs after", "test/policy/keeping.test.ts > a policy that permits neither refuses both, and ends a pause"] },
  { id: "scope.exclude", enforcement: "clients", threat: "policy", tests: ["test/policy/keeping.test.ts > loses what was staged, and is never taken again", "test/policy/keeping.test.ts > a policy that permits neither refuses both, and ends a pause"] },
  { id: "custody.sealed", enforcement: "keys", threat: HOST, tests: [`${REACH} > opens nothing without keys`, "test/attacks/metadata.test.ts > contains no name, e-mail, path, title, agent, branch, model, content or time"] },
  { id: "custody.unaltered", enforcement: "clients", threat: REMOTE, tests: ["test/attacks/refs.test.ts > rolled back by one is a rollback, and forgiven when it comes back", "test/attacks/keys.test.ts > is refused when it is put back to what it was before"] },
  { id: "custody.retention", enforcement: "clients", threat: "erasing", tests: [`${ERASE} > binds the author to the policy: what is not due stays, what is due goes`, "test/rights/retention.test.ts > is that of the policy in force, or what a repository made of it; without a policy the author decides"] },
  { id: "visibility.author", enforcement: "keys", threat: "what-it-guarantees", tests: [`${REACH} > opens for %s what was approved for them, and nothing else`] },
  { id: "visibility.conditions", enforcement: "clients", threat: "sharing", tests: ["test/sharing/verifier.test.ts > reports a failure of each condition by itself", "test/reading/shared.test.ts > is refused before, read after with one entry for all, and leaves nothing behind"] },
  { id: "visibility.approval", enforcement: "keys", threat: "sharing", tests: ["test/sharing/share-command.test.ts > opens for the team what was shared, and for nobody else; the teammates see it, and from whom", `${REACH} > reaches from an approval the parts that it states, and neither the next part nor the one that its chain begins with`] },
  { id: "visibility.revocation", enforcement: "clients", threat: "after-taking-back", tests: [`${REACH} > is refused by an honest client`, `${REACH} > leaves nothing at the tip that opens a revoked session for anybody but its author`] },
  { id: "visibility.lifetime", enforcement: "clients", threat: "policy", tests: ["test/policy/sharing-terms.test.ts > an approval under a policy lives no longer than that says, whoever made it with what; earlier ones live on"] },
  { id: "visibility.redaction", enforcement: "clients", threat: "policy", tests: ["test/policy/sharing-terms.test.ts > what the scan found is shared as a redacted copy alone, where the policy asks for it"] },
  { id: "visibility.administrators", enforcement: "keys", threat: ADMINISTRATORS, tests: [`${REACH} > opens nothing for an administrator with every right but what is their own`] },
  { id: "visibility.aggregates", enforcement: "clients", threat: "measuring-people", tests: [`${NEVER} > read by a member, and by an administrator`, `${NEVER} > finds a command that does, whatever shape it gives it`] },
  promise("visibility.screens", "sharing"),
  promise("coaching.use"),
  promise("never.people", "measuring-people"),
  promise("never.inference", "whose-lane-is-it-the-calendar-attack"),
  { id: "log.entry", enforcement: "clients", threat: LOG, tests: ["test/reading/shared.test.ts > a remote that takes no push: with an entry that waits here, but is no lease", "test/reading/shared.test.ts > a remote out of reach, before a lease; not during one"] },
  { id: "log.author", enforcement: "clients", threat: LOG, tests: ["test/journey/log.test.ts > tells the author who read; what nobody fetched its writer can take back, and nothing that was seen", "test/sharing/log.test.ts > tells who asked, who decided, who read with which reason, and what was taken back, newest first"] },
  promise("log.changed", LOG),
  promise("log.mentioned", LOG),
  { id: "departure.closed", enforcement: "keys", threat: "after-taking-back", tests: [`${REACH} > without one, what somebody did not approve stays closed for all others`] },
  { id: "departure.succession", enforcement: "keys", threat: ADMINISTRATORS, tests: [`${REACH} > opens for neither the administrator nor the team, and for both together`, "test/workspace/removal.test.ts > is published by a departure alone, and only as it was signed"] },
  { id: "changes.notice", enforcement: "clients", threat: "policy", tests: ["test/policy/rules.test.ts > are published by administrators, each the next, with notice", "test/policy/effects.test.ts > nothing is asked, and a coming version is announced once and stands in the status"] },
  { id: "changes.versions", enforcement: "clients", threat: "policy", tests: ["test/policy/policy.test.ts > shows every version in every clone, also where the files are gone"] },
  { id: "changes.stated", enforcement: "clients", threat: "policy", tests: ["test/policy/policy.test.ts > refuses to publish a text that states something else than the terms"] },
  { id: "changes.repositories", enforcement: "clients", threat: "policy", tests: ["test/policy/rules.test.ts > tighten, and never loosen"] },
  promise("changes.instruments"),
  promise("changes.contact"),
  promise("basis.purposes"),
  promise("basis.approval"),
  promise("basis.employment"),
  promise("information.given"),
  promise("information.others", LOG),
  { id: "access.person", enforcement: "clients", threat: "erasing", tests: ["test/rights/export-me.test.ts > writes everything about me into one private folder, with an index"] },
  { id: "erasure.can", enforcement: "clients", threat: "erasing", tests: [`${ERASE} > takes the keys in one push, says so everywhere, and every clone accepts it`] },
  promise("erasure.cannot", "erasing"),
  promise("erasure.requests", "erasing"),
  promise("records.processing"),
  promise("impact.assessment"),
  promise("codetermination.rights"),
  promise("codetermination.agreement"),
  promise("codetermination.checks"),
] as const satisfies readonly Clause[];

export type ClauseId = (typeof CLAUSES)[number]["id"];

export function clauseOf(id: string): Clause | null {
  return CLAUSES.find((clause) => clause.id === id) ?? null;
}

/** The table of docs/threat-model.md, "Clauses of the policy": one line a clause. */
export function clauseTable(): string {
  const lines = CLAUSES.map(({ id, enforcement, tests, threat }) => `| ${id} | ${enforcement} | [${threat.replaceAll("-", " ")}](#${threat}) | ${tests.map((test) => `\`${test}\``).join("; ")} |`);
  return ["| clause | held by | could and could not | tests |", "| --- | --- | --- | --- |", ...lines].join("\n");
}
