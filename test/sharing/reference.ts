/**
 * "Who may read what now", written a second time and as naively as can be: every question goes through all that ever happened,
 * from the start. It shares no line with src/domain/sharing and src/domain/verifier.ts.
 */
export type Happened =
  | { readonly kind: "person"; readonly who: string }
  | { readonly kind: "admit" | "team-removal"; readonly team: string; readonly who: string }
  | { readonly kind: "key"; readonly team: string }
  | { readonly kind: "grant" | "withdraw"; readonly team: string; readonly project: string }
  | { readonly kind: "connect"; readonly project: string }
  | { readonly kind: "disconnect" }
  | { readonly kind: "device-removal"; readonly who: string; readonly device: number }
  | { readonly kind: "removal"; readonly who: string; readonly departed: boolean }
  | { readonly kind: "succession"; readonly who: string; readonly team: string };

interface Made {
  readonly id: string;
  readonly by: string;
  readonly device: number;
  readonly head: number;
}

export interface Asked extends Made {
  readonly team: string;
  readonly to: string;
}

export interface Answered extends Made {
  readonly request: string;
  /** To whom it is addressed. */
  readonly to: string;
}

export interface Covers {
  readonly session: string;
  readonly first: number;
  readonly count: number;
  /** Whether its hash is that of the session's part records. */
  readonly right: boolean;
  /** Whether it shows the tie of the lane in which the session lies. */
  readonly tie: boolean;
}

export interface Approved extends Made {
  readonly author: string;
  readonly team: string;
  readonly epoch: number;
  readonly audience: readonly string[] | null;
  readonly expires: number | null;
  readonly request: string | null;
  readonly extends: string | null;
  readonly covers: readonly Covers[];
}

export interface Revoked extends Made {
  readonly author: string;
  readonly approval: string;
  readonly sessions: readonly string[] | null;
}

export class Reference {
  readonly happened: (Happened & { readonly n: number })[] = [];
  readonly requests: Asked[] = [];
  readonly withdrawals: Answered[] = [];
  readonly denials: Answered[] = [];
  readonly approvals: Approved[] = [];
  readonly revocations: Revoked[] = [];
  /** Person whose session it is. */
  readonly owner = new Map<string, string>();
  /** Parts of each session. */
  readonly parts = new Map<string, number>();
  now = 0;
  /** Projects in the connection file; null: it does not connect. */
  file: readonly string[] | null = [];

  /** The same, as somebody knows it who has the chain up to `n`, and of the statements these, and so many parts of each session. */
  upTo(n: number, statements: ReadonlySet<string>, parts: ReadonlyMap<string, number>): Reference {
    const known = new Reference();
    const here = <Statement extends Made>(all: readonly Statement[]): Statement[] => all.filter(({ id }) => statements.has(id));
    known.happened.push(...this.#before(n));
    known.requests.push(...here(this.requests));
    known.withdrawals.push(...here(this.withdrawals));
    known.denials.push(...here(this.denials));
    known.approvals.push(...here(this.approvals));
    known.revocations.push(...here(this.revocations));
    for (const [session, owner] of this.owner) known.owner.set(session, owner);
    for (const session of this.parts.keys()) known.parts.set(session, parts.get(session) ?? 0);
    known.now = this.now;
    known.file = this.file;
    return known;
  }

  #before(n: number): readonly (Happened & { readonly n: number })[] {
    return this.happened.filter((event) => event.n <= n);
  }

  member(team: string, who: string, n = Number.POSITIVE_INFINITY): boolean {
    let is = false;
    for (const event of this.#before(n)) {
      if (event.kind === "admit" && event.team === team && event.who === who) is = true;
      if (event.kind === "team-removal" && event.team === team && event.who === who) is = false;
      if (event.kind === "removal" && event.who === who) is = false;
    }
    return is;
  }

  /** Believed: its device was live where it lies. */
  #heard({ by, device, head }: Made): boolean {
    let is = false;
    for (const event of this.#before(head)) {
      if (event.kind === "person" && event.who === by) is = true;
      if (event.kind === "removal" && event.who === by) is = false;
      if (event.kind === "device-removal" && event.who === by && event.device === device) is = false;
    }
    return is;
  }

  #speaksFor(author: string, { by, head }: Made): boolean {
    if (by === author) return true;
    const departed = this.#before(head).some((event) => event.kind === "removal" && event.departed && event.who === author);
    let heir: string | null = null;
    for (const event of this.happened) if (event.kind === "succession" && event.who === author) heir = event.team;
    return departed && heir !== null && this.member(heir, by, head);
  }

  #right(approval: Approved): boolean {
    if (!this.#heard(approval) || !this.#speaksFor(approval.author, approval)) return false;
    const keys = this.#before(approval.head).filter((event) => event.kind === "key" && event.team === approval.team).length;
    if (approval.epoch >= keys) return false;
    const request = this.requests.find(({ id }) => id === approval.request);
    if (request !== undefined && this.#heard(request)) {
      if (request.team !== approval.team || request.to !== approval.author || !this.member(request.team, request.by, request.head)) return false;
    }
    if (approval.extends === null) return true;
    const first = this.approvals.find(({ id }) => id === approval.extends);
    if (first === undefined || first.extends !== null || !this.#right(first)) return false;
    const same = (a: Approved): string => JSON.stringify([a.author, a.team, a.audience, a.expires]);
    return same(first) === same(approval);
  }

  #revoked(first: Approved, session: string): boolean {
    return this.revocations.some((revocation) => {
      const names = revocation.approval === first.id && revocation.author === first.author;
      const about = revocation.sessions === null || revocation.sessions.includes(session);
      return names && about && this.#heard(revocation) && this.#speaksFor(first.author, revocation);
    });
  }

  connected(): boolean {
    return this.file !== null && this.#projects().length > 0;
  }

  #projects(): readonly string[] {
    let projects: readonly string[] = [];
    for (const event of this.happened) {
      if (event.kind === "connect") projects = [event.project];
      if (event.kind === "disconnect") projects = [];
    }
    return projects;
  }

  granted(team: string): boolean {
    let grants: readonly string[] = [];
    for (const event of this.happened) {
      if (event.kind === "grant" && event.team === team) grants = [...grants, event.project];
      if (event.kind === "withdraw" && event.team === team) grants = grants.filter((project) => project !== event.project);
    }
    return this.#projects().some((project) => grants.includes(project) && (this.file === null || this.file.includes(project)));
  }

  /** The parts of a session that somebody may read with a team. */
  readable(reader: string, team: string, session: string): ReadonlySet<number> {
    const open = new Set<number>();
    if (!this.connected() || !this.granted(team) || !this.member(team, reader)) return open;
    for (const first of this.approvals) {
      if (first.extends !== null || first.team !== team || first.author !== this.owner.get(session) || !this.#right(first)) continue;
      if (first.audience !== null && !first.audience.includes(reader)) continue;
      if (first.expires !== null && this.now >= first.expires) continue;
      if (this.#revoked(first, session)) continue;
      for (const approval of this.approvals.filter(({ id, extends: of }) => id === first.id || of === first.id)) {
        if (!this.#right(approval)) continue;
        for (const covers of approval.covers) {
          if (covers.session !== session || !covers.right || !covers.tie || covers.count > (this.parts.get(session) ?? 0)) continue;
          for (let part = covers.first; part < covers.count; part++) open.add(part);
        }
      }
    }
    return open;
  }

  /** Of every request that is believed. */
  states(): ReadonlyMap<string, string> {
    const states = new Map<string, string>();
    for (const request of this.requests.filter((one) => this.#heard(one))) {
      const asked = this.member(request.team, request.by, request.head) && this.member(request.team, request.by);
      let state = asked ? "open" : "stale";
      if (this.denials.some((one) => one.request === request.id && one.by === request.to && one.to === request.by && this.#heard(one))) state = "denied";
      if (this.withdrawals.some((one) => one.request === request.id && one.by === request.by && one.to === request.to && this.#heard(one))) state = "withdrawn";
      if (this.approvals.some((one) => one.request === request.id && one.extends === null && this.#right(one))) state = "approved";
      states.set(request.id, state);
    }
    return states;
  }
}
