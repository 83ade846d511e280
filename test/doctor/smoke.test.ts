import { afterEach, beforeEach, expect, it } from "vitest";
import { startHttpRemote, type HttpRemote } from "../support/http-remote.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { startJourney } from "./journey.ts";
import { inspect } from "../../src/app/inspect/inspect.ts";
import { openClone, openLedger } from "../../src/wire/clone.ts";

let sandbox: Sandbox;
let remote: HttpRemote;
beforeEach(async () => {
  sandbox = await makeSandbox();
  remote = await startHttpRemote(sandbox);
});
afterEach(async () => {
  await remote.close();
  await sandbox.remove();
});

it("smoke", async () => {
  const j = await startJourney(sandbox, remote.url);
  console.log(await j.status());
  console.log(await j.doctor());
  await j.newIdentity();
  await j.connect();
  await j.addSession();
  console.log(await j.status());
  console.log(await j.doctor());
  console.log(JSON.stringify(await j.sessions.capture({ agents: [], dryRun: false })));
  console.log(JSON.stringify(await j.status(), null, 1));
  console.log(JSON.stringify(await j.sessions.sync({ full: false, dryRun: false })));
  console.log(JSON.stringify(await j.status(), null, 1));
  console.log((await j.doctor()).map((c) => `${c.result} ${c.name}: ${c.detail} [${c.fix ?? ""}]`).join("\n"));
  const clone = await openClone(j.settings, j.top);
  const ledger = await openLedger(clone);
  const refs = (await sandbox.git(j.top, "for-each-ref", "--format=%(refname)", "refs/sessions")).split("\n");
  for (const ref of refs) {
    console.log(JSON.stringify(await inspect(ledger, clone.repository, ref), null, 1));
    for (const path of (await sandbox.git(j.top, "ls-tree", "-r", "--name-only", ref)).split("\n")) console.log(JSON.stringify(await inspect(ledger, clone.repository, `${ref}:${path}`), null, 1));
  }
  expect(1).toBe(1);
}, 60000);
