import type { Named, ReadAccess } from "../world.ts";
import { rfc3339 } from "./words.ts";

/** The class of a read, and what it cannot promise (docs/spec/sharing.md, "Access"). May hold names that others chose. */
export function accessLine(access: ReadAccess): string {
  if (access.class === "own") return "own: your session, which leaves no entry";
  const { author, team, until } = access;
  return `attested: ${nameOf(author)} sees that you read it with team ${nameOf(team)}, one entry until ${rfc3339(until)}; a changed client, or one that fakes the remote, could read it unseen`;
}

/** The name, or the beginning of the id where no key at hand opens it. */
export function nameOf({ id, name }: Named): string {
  return name ?? id.slice(0, 8);
}
