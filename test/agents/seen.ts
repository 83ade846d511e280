import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Agent } from "../../src/ports/agent.ts";
import { wiredAgent } from "../../src/wire/agents.ts";
import { readSettings } from "../../src/wire/settings.ts";
import { WORK } from "./contract/fixture.ts";
import { featuresOf, type Feature } from "./features.ts";
import { fixtureOf } from "./fixtures.ts";
import { writeSample } from "./cursor.fixture.ts";
import { writeConversation } from "./kiro.fixture.ts";
import { capturedFiles, laid, recordedStores, sessionsOf } from "./recorded.ts";
import { looseFiles, madeHere, SAMPLES } from "./sample-folders.ts";

export const hasSamples = SAMPLES !== null;

/** What views over real sessions of an agent had. */
export interface Seen {
  /** How many sessions there were. */
  readonly sessions: number;
  readonly features: ReadonlySet<Feature>;
}

class Gathering {
  readonly #ids = new Set<string>();
  readonly #features = new Set<Feature>();

  /** @param name tells sessions of different files apart that have one id */
  async add(agent: Agent, directories?: readonly string[], name = ""): Promise<void> {
    for (const source of await sessionsOf(agent, directories)) {
      const view = await agent.view(await capturedFiles(agent, source));
      if (!view.turns.some(({ prompt }) => prompt !== undefined)) continue;
      this.#ids.add(`${name}\0${source.id}`);
      for (const feature of featuresOf(view, source.parent !== undefined)) this.#features.add(feature);
    }
  }

  seen(): Seen {
    return { sessions: this.#ids.size, features: this.#features };
  }
}

async function inHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-seen-")));
  try {
    await work(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Over the recorded stores of `fixtures/agents`. */
export async function seenInFixtures(agent: string): Promise<Seen> {
  const gathering = new Gathering();
  for (const store of recordedStores().filter((recorded) => recorded.agent === agent)) {
    await inHome(async (home) => {
      const found = await laid(store, home);
      if (found !== null) await gathering.add(found.agent);
    });
  }
  return gathering.seen();
}

/** Over the real transcripts that HX_SAMPLES names, and stores that the agent left behind there. */
export async function seenInSamples(name: string): Promise<Seen> {
  const gathering = new Gathering();
  for (const home of madeHere(name)) {
    await inHome(async (own) => {
      await cp(home, own, { recursive: true });
      const agent = await wiredAgent(name)?.load(readSettings({ HOME: own }));
      if (agent !== undefined) await gathering.add(agent, [WORK, "/home/dev", "/"]);
    });
  }
  const tree = looseFiles(name).filter(isOfTree);
  if (tree.length > 0) {
    await inHome(async (own) => {
      for (const file of tree) {
        const place = path.join(own, ".local/share/opencode/storage", file.slice(file.indexOf(TREE) + TREE.length));
        await mkdir(path.dirname(place), { recursive: true });
        await cp(file, place);
      }
      const agent = await wiredAgent(name)?.load(readSettings({ HOME: own }));
      if (agent !== undefined) await gathering.add(agent, [WORK], TREE);
    });
  }
  for (const file of looseFiles(name).filter((each) => !isOfTree(each))) {
    await inHome(async (own) => {
      const found = await placeOf(name, own, path.extname(file));
      await mkdir(path.dirname(found.place), { recursive: true });
      const content = await readFile(file);
      if (isComposer(file)) writeSample(path.join(own, EDITOR), file);
      else if (isRow(file)) writeConversation(path.join(own, KIRO), { id: "", key: WORK, value: content.toString() }, "conversations");
      else await writeFile(found.place, content);
      await gathering.add(found.agent, ["/", WORK, own], file).catch(() => undefined);
    });
  }
  return gathering.seen();
}

/** Where a transcript of the agent goes in a home of its own; of one that keeps them in checkouts, the home is one. */
async function placeOf(name: string, home: string, extension: string): Promise<{ readonly agent: Agent; readonly place: string }> {
  const fixture = (await fixtureOf(name))(home);
  const place = fixture.transcript(fixture.id(1), fixture.inCheckout === true ? home : WORK);
  if (name === "cursor" && extension === ".db") return { agent: fixture.agent, place: path.join(home, ".cursor", "chats", "w", fixture.id(1), "store.db") };
  // What names the directory stands beside such a document.
  if (fixture.storage === "document" && fixture.directory === "beside") {
    await fixture.write(fixture.id(1), WORK, []);
    await rm(place, { force: true });
  }
  return { agent: fixture.agent, place: place.slice(0, place.length - path.extname(place).length) + extension };
}

const TREE = "/opencode-storage/";

/** OpenCode before its database: files that are a session together. */
function isOfTree(file: string): boolean {
  return file.includes(TREE);
}

const KIRO = ".local/share/kiro-cli/data.sqlite3";

const EDITOR = ".config/Cursor/User";

/** Rows of the database of Cursor's editor, without the database. */
function isComposer(file: string): boolean {
  return path.basename(file) === "ide-composer-sample.json";
}

/** A value of Kiro's database, without the database. */
function isRow(file: string): boolean {
  return path.basename(path.dirname(file)) === "kiro_sqlite";
}
