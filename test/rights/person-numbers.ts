/** Somebody whom the reader of an output is not. */
export interface Other {
  /** Everything by which an output can name them: id, name, e-mail. */
  readonly called: readonly string[];
  /** Numbers that are measures of more than one session of theirs: how many there are, sums of their turns and bytes. */
  readonly totals: ReadonlyMap<number, string>;
  /** Ids of their sessions; `true`: the reader was given it, or asked for it by its id. */
  readonly sessions: ReadonlyMap<string, boolean>;
}

export interface Pairing {
  readonly where: string;
  readonly why: string;
}

/** Fields that measure. How often what I gave was read (`reads`) is my own access log, and none of them. In a row about one session they are facts of that session; beside a person they would be facts of the person. */
const MEASURE = /^(sessions|count|total|number|turns|tokens|input|output|cached|cost|price|lines|added|removed|files|bytes|size|duration|hours|minutes|seconds|time|days|commits|captures|kept)$/i;
/** Fields that number something else: a place in a chain or a session, a code. */
const ORDINAL = /^(statement|since|until|head|seq|epoch|part|index|line|exit)$/;
/** What looks like a number in a text and is none: ids, days and times, places in a chain, versions. */
const NOT_NUMBERS = /[0-9a-f]{8,}(-[0-9a-f]{4,})*|\d{4}-\d\d-\d\d(T[\d:.]+Z)?|statement \d+|header \d+|epoch \d+|v?\d+\.\d+(\.\d+)*/g;

interface Scope {
  readonly people: ReadonlySet<Other>;
  /** The row is about one session. */
  readonly session: boolean;
}

/**
 * Where an output pairs a person with a measure of what they did: a number that sums over several sessions of theirs, wherever it stands; a field
 * that measures, in a row that is not about one session; a list of as many sessions as they have; a session of theirs that nobody gave the reader.
 * A person named in an object counts for all that is in it.
 * @param own ids of the reader's own sessions: a row about one of them may name others
 */
export function pairings(value: unknown, others: readonly Other[], own: ReadonlySet<string> = new Set()): readonly Pairing[] {
  const found: Pairing[] = [];
  walk(value, "", { people: new Set(), session: false }, "$");
  return found;

  function walk(at: unknown, key: string, scope: Scope, where: string): void {
    if (typeof at === "number") number(at, key, scope, where);
    else if (typeof at === "string") text(at, scope, where);
    else if (Array.isArray(at)) list(at, key, scope, where);
    else if (typeof at === "object" && at !== null) object(Object.entries(at), scope, where);
  }

  function object(entries: readonly (readonly [string, unknown])[], scope: Scope, where: string): void {
    const parts = entries.map(([, part]) => part);
    const here = within(scope, parts.flatMap((part) => [part, ...partsOfParty(part)]));
    const ids = entries.filter(([name]) => name === "id" || name === "session" || name === "source").map(([, id]) => id);
    const about: Scope = { people: here, session: scope.session || ids.some((id) => sessionNamed(id) || (typeof id === "string" && own.has(id))) };
    for (const id of ids) unshared(id, here, where);
    for (const [name, part] of entries) walk(part, name, { ...about, people: within({ ...scope, people: here }, [name]) }, `${where}.${name}`);
  }

  function list(parts: readonly unknown[], key: string, scope: Scope, where: string): void {
    const here: Scope = { ...scope, people: within(scope, parts) };
    const sessions = parts.filter((part) => sessionNamed(part));
    for (const person of here.people) {
      const theirs = sessions.filter((id) => person.sessions.has(String(id)));
      if (theirs.length > 1 && theirs.length === person.sessions.size) found.push({ where, why: `a list of all sessions of ${person.called[0] ?? ""}` });
    }
    for (const id of sessions) unshared(id, here.people, where);
    parts.forEach((part, i) => walk(part, key, here, `${where}[${i}]`));
  }

  function number(at: number, key: string, { people, session }: Scope, where: string): void {
    for (const person of people) {
      const total = person.totals.get(at);
      if (total !== undefined && !ORDINAL.test(key)) found.push({ where, why: `${at} is the ${total} of ${person.called[0] ?? ""}` });
      else if (MEASURE.test(key) && !session) found.push({ where, why: `'${key}' measures ${person.called[0] ?? ""}` });
    }
  }

  /** A sentence names people, and numbers, of its own. */
  function text(at: string, scope: Scope, where: string): void {
    const named = new Set([...scope.people, ...others.filter(({ called }) => called.some((name) => at.includes(name)))]);
    for (const word of at.replace(NOT_NUMBERS, " ").match(/(?<!\w)\d+(?!\w)/g) ?? []) {
      for (const person of named) {
        const total = person.totals.get(Number(word));
        if (total !== undefined) found.push({ where, why: `'${at}' tells the ${total} of ${person.called[0] ?? ""}` });
      }
    }
  }

  function unshared(id: unknown, people: ReadonlySet<Other>, where: string): void {
    for (const person of people) if (typeof id === "string" && person.sessions.get(id) === false) found.push({ where, why: `session '${id}' of ${person.called[0] ?? ""}, who gave it to nobody` });
  }

  function within({ people }: Scope, parts: readonly unknown[]): ReadonlySet<Other> {
    return new Set([...people, ...others.filter(({ called }) => parts.some((part) => typeof part === "string" && called.includes(part)))]);
  }

  function sessionNamed(id: unknown): boolean {
    return typeof id === "string" && others.some(({ sessions }) => sessions.has(id));
  }
}

/** `{ author: { id, name }, … }` names the author as `{ author: name, … }` does. */
function partsOfParty(part: unknown): readonly unknown[] {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return [];
  const parts = Object.values(part);
  return parts.every((inner) => typeof inner !== "object") ? parts : [];
}
