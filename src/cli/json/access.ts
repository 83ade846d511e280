import type { Named, ReadAccess } from "../world.ts";
import { timeOf } from "./time.ts";

export function accessJson(access: ReadAccess) {
  if (access.class === "own") return { class: access.class };
  const { author, team, until, remoteSeen } = access;
  return { class: access.class, author: namedJson(author), team: namedJson(team), until: timeOf(until), remoteSeen: timeOf(remoteSeen) };
}

export function namedJson({ id, name }: Named) {
  return { id, name };
}
