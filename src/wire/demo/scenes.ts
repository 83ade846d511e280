import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startDemoRemote } from "../../adapters/demo-remote/http-remote.ts";
import type { DemoStep, Progress } from "../../cli/world.ts";
import { arrival } from "./arrival.ts";
import { first } from "./first.ts";
import type { Play } from "./play.ts";
import { policy } from "./policy.ts";
import type { Machine, Stage } from "./stage.ts";
import { stranger } from "./stranger.ts";
import { team } from "./team.ts";
import { recordings, storedFiles } from "./transcripts.ts";

/** Laptop, stranger, new laptop, team, policy, in that order. */
export async function* scenes(stage: Stage, progress: Progress, recorded = recordings()): AsyncGenerator<DemoStep> {
  const started = performance.now();
  const host = await stage.machine("host");
  const paper = join(stage.root, "paper");
  await mkdir(paper, { mode: 0o700 });
  const remote = await startDemoRemote({ directory: host.directory, env: host.env });
  const play = { stage, progress, recordings: recorded, url: `${remote.url}/acme-web.git`, passphraseFile: join(paper, "passphrase"), phraseFile: join(paper, "phrase") };
  try {
    yield await makeRemote(play, host);
    const laptop = await stage.machine("laptop");
    yield* first(play, laptop);
    const before = await storedFiles(laptop);
    const pushed = yield* stranger(play, before, laptop);
    const { ada, session } = yield* arrival(play, laptop, before, { started, pushed });
    yield* policy(play, yield* team(play, ada, session));
  } finally {
    await remote.close();
  }
}

async function makeRemote({ stage, url, progress }: Play, host: Machine): Promise<DemoStep> {
  progress.phase("starting a remote");
  const repository = join(host.directory, "acme-web.git");
  const at = { cwd: host.directory };
  const made = await stage.run(host, ["git", "init", "-q", "--bare", "acme-web.git"], at);
  for (const [key, value] of [["http.receivepack", "true"], ["receive.fsckObjects", "true"], ["uploadpack.allowFilter", "true"]] as const) {
    await stage.run(host, ["git", "-C", repository, "config", key, value], at);
  }
  return { title: "A remote over HTTP, on this machine only", command: made.command, lines: [`git http-backend serves ${url}, and checks every object it takes`] };
}
