import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { status } from "../../src/wire/status.ts";
import { startHttpRemote, type HttpRemote } from "../support/http-remote.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { startJourney, type Journey } from "./journey.ts";

let sandbox: Sandbox;
let remote: HttpRemote;
let journey: Journey;
beforeEach(async () => {
  sandbox = await makeSandbox();
  remote = await startHttpRemote(sandbox);
  journey = await startJourney(sandbox, remote.url);
});
afterEach(async () => {
  await remote.close();
  await sandbox.remove();
});

describe("status", () => {
  it("tells why a repository is not connected, and is refused outside of one", async () => {
    const found = await journey.status();
    expect(found).toMatchObject({ repository: journey.top, connected: false, reason: "there is no '.hx/connection.yaml'" });
    expect(found.warnings).toContainEqual({ message: "nothing is kept of what runs here", fix: "hx init" });
    expect(found.identity).toBeUndefined();
    await expect(status(journey.settings, sandbox.root, await journey.ports())).rejects.toMatchObject({ code: "not-a-repository" });
  });

  it("follows a session from the capture to the remote without asking the network", async () => {
    await journey.newIdentity();
    await journey.connect();
    await journey.addSession();
    await journey.sessions.capture({ agents: [], dryRun: false });
    remote.reset();
    const captured = await journey.status();
    expect(remote.requests).toEqual([]);
    expect(captured).toMatchObject({ connected: true, project: "shop", sessions: { kept: 0, staged: 1 }, lanes: { mine: 0, others: 0 }, workspace: { people: 1 } });
    expect(captured.sessions?.unpushedBytes).toBeGreaterThan(4096);
    expect(captured.sessions?.lastPush).toBeUndefined();
    expect(captured.warnings).toContainEqual({ message: "1 captured session waits for a push", fix: "hx sync" });
    await journey.sessions.sync({ full: false, dryRun: false });
    const pushed = await journey.status();
    expect(pushed).toMatchObject({ sessions: { kept: 1, staged: 0, unpushedBytes: 0, lastPush: expect.any(Number), lastCapture: expect.any(Number) }, lanes: { mine: 1, others: 0 } });
    await rm(join(journey.top, ".git", "hx", "pushed"), { recursive: true });
    const again = await journey.status();
    expect(again.sessions).toMatchObject({ kept: 1, staged: 1 });
    expect(again.sessions?.unpushedBytes).toBeGreaterThan(4096);
  });

  it("tells a push that failed since the last one that went well, and a clone without a lane", async () => {
    await journey.newIdentity();
    await journey.connect();
    await mkdir(journey.settings.stateDirectory, { recursive: true });
    await writeFile(join(journey.settings.stateDirectory, "hooks.log"), "2026-01-02T03:04:05Z pre-push remote-failed\n");
    const failed = await journey.status();
    expect(failed.warnings.find(({ message }) => message.includes("remote-failed"))).toMatchObject({ fix: "hx sync" });
    expect(failed.hooks).toContainEqual({ place: "git", installed: 2, expected: 2 });
    await journey.sessions.sync({ full: false, dryRun: false });
    expect((await journey.status()).warnings.filter(({ message }) => message.includes("remote-failed"))).toEqual([]);
    await rm(journey.settings.stateDirectory, { recursive: true });
    await rm(join(journey.top, ".git", "hooks", "pre-push"));
    const without = await journey.status();
    expect(without.warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining("this clone has no lane yet"));
    expect(without.warnings).toContainEqual({ message: "git lacks the hook 'pre-push'", fix: "hx hooks install --place git" });
  });
});
