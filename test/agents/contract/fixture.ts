import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Agent, HookPayload } from "../../../src/ports/agent.ts";

/** A prompt and its answer. */
export interface MadeTurn {
  readonly prompt: string;
  readonly answer: string;
  /** Where it ran, absolute, if elsewhere than its session; of rows alone. */
  readonly directory?: string;
}

interface Common {
  readonly agent: Agent;
  /** A valid id of the agent, another for each number, rising. */
  id(number: number): string;
  /** Where the transcript of a session lies that ran in a directory; of rows, the database. */
  transcript(id: string, directory: string): string;
  payload(id: string, transcript: string): HookPayload;
  /** Where the agent says in which directory a session runs: in each record (if absent), at its beginning only, or beside its files. */
  readonly directory?: "header" | "beside";
  /** Its records have no times. */
  readonly timeless?: true;
  /** Under which name its sessions are kept, where the adapter serves several tools. */
  readonly keptAs?: string;
  /** Its sessions lie at the top of the checkout, and nowhere below: it looks only into directories that it was asked for, and the suite gives it real ones. */
  readonly inCheckout?: true;
  /** Where `restore` puts a transcript, where that is another file than the agent's own. */
  restored?(id: string, directory: string): string;
  /** Another file names the session and its files: without its transcript, or with a link in its place, it is there all the same and cannot be opened. */
  readonly isListed?: true;
  /** Any file below the session's folder may be one of it, so a longer path is not refused. */
  readonly isDeep?: true;
}

/** What an agent's tests give to the contract: of one that writes lines. */
export interface AgentFixture extends Common {
  readonly storage?: "lines";
  /** The records with which a session begins. */
  begin(id: string, directory: string): readonly string[];
  /** A prompt and its answer, in a directory. */
  turn(id: string, directory: string, prompt: string, answer: string): readonly string[];
  /** Writes what stands beside the transcript, where something does. */
  beside?(id: string, directory: string): Promise<void>;
  /** Another record of the agent, which it does not know. */
  readonly strange: string;
  /** All sessions of a directory stand in one file, which this writes: a session's bytes are a part of it. */
  share?(id: string, directory: string, lines: readonly string[]): Promise<void>;
  /** Its lines are texts for people: none is of an unknown type, and none is damaged. */
  readonly isProse?: true;
  /** The first line says that the others can be read: where it is damaged none of them is. */
  readonly isFramed?: true;
}

/** Of one whose transcript is a document that is replaced as a whole. */
export interface DocumentFixture extends Common {
  readonly storage: "document";
  readonly directory: "header" | "beside";
  /** Writes all files of a session. */
  write(id: string, directory: string, turns: readonly MadeTurn[]): Promise<void>;
  /** The document with two records more of a type that the agent does not know, and three that cannot be read. */
  spoiled(content: Uint8Array): Uint8Array;
}

/** Of one that keeps rows in a database; hx reads them as lines. */
export interface RowsFixture extends Common {
  readonly storage: "rows";
  readonly directory?: "header";
  /** Writes the rows of a session, those that it has already too. @param modifiedMs when it was written to last, ms since 1970 */
  write(id: string, directory: string, turns: readonly MadeTurn[], modifiedMs?: number): Promise<void>;
  /** Another row of the agent, which it does not know, as a line. */
  readonly strange: string;
  /** Takes the lock that the agent has while it writes. @returns lets go of it */
  lock(): Promise<() => Promise<void>>;
}

export type AnyFixture = AgentFixture | DocumentFixture | RowsFixture;
export type MakeFixture = (home: string) => AnyFixture;

export const WORK = "/home/dev/work/acme-web";
export const USUAL: readonly MadeTurn[] = [{ prompt: "Add a helper", answer: "Done." }];

export function bytesOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
}

/** The lines of a session of an agent that writes lines. */
export function linesOf(fixture: AgentFixture, id: string, directory: string, turns: readonly MadeTurn[] = USUAL): readonly string[] {
  return [...fixture.begin(id, directory), ...turns.flatMap(({ prompt, answer }) => fixture.turn(id, directory, prompt, answer))];
}

/** Writes a session as its agent would, whatever the agent stores. */
export async function writeSession(fixture: AnyFixture, id: string, directory: string, turns: readonly MadeTurn[] = USUAL, modifiedMs?: number): Promise<void> {
  if (fixture.storage === "rows") return fixture.write(id, directory, turns, modifiedMs);
  if (fixture.storage === "document") return fixture.write(id, directory, turns);
  const lines = linesOf(fixture, id, directory, turns);
  if (fixture.share !== undefined) return fixture.share(id, directory, lines);
  const file = fixture.transcript(id, directory);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytesOf(lines));
  await fixture.beside?.(id, directory);
}
