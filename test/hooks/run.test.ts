import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HxError } from "../../src/domain/errors.ts";
import { hookLogFile, logFailure, logLimit } from "../../src/hooks/log.ts";
import { readInput, readPayload } from "../../src/hooks/payload.ts";
import type { HookDeps } from "../../src/hooks/run.ts";
import { parseCall, runHook } from "../../src/hooks/run.ts";
import type { HookWorld } from "../../src/hooks/world.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "hx-run-"));
  await mkdir(join(directory, "repository", ".git"), { recursive: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function* bytes(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
}

interface Seen {
  readonly deps: HookDeps;
  readonly calls: unknown[][];
  readonly failures: string[];
  readonly continued: (readonly string[])[];
}

function watched(world: Partial<HookWorld> = {}, deps: Partial<HookDeps> = {}): Seen {
  const calls: unknown[][] = [];
  const failures: string[] = [];
  const continued: (readonly string[])[] = [];
  const recorded: HookWorld = {
    captureAll: async (at) => {
      calls.push(["captureAll", at]);
      await world.captureAll?.(at);
    },
    captureSession: async (agent, payload, at) => {
      calls.push(["captureSession", agent, payload, at]);
      await world.captureSession?.(agent, payload, at);
    },
    pushWaiting: async (at, options) => {
      calls.push(["pushWaiting", at, options.awaited]);
      await world.pushWaiting?.(at, options);
    },
  };
  return {
    calls,
    failures,
    continued,
    deps: {
      directory: join(directory, "repository"),
      skip: false,
      repositoryGiven: false,
      world: async () => recorded,
      log: async ({ hook, code }) => void failures.push(`${hook} ${code}`),
      continueDetached: (argv) => void continued.push(argv),
      ...deps,
    },
  };
}

describe("the line that a hook runs", () => {
  it("is read strictly, and anything else is nothing", () => {
    expect(parseCall(["git", "post-commit"])).toEqual({ hook: "post-commit" });
    expect(parseCall(["git", "pre-push", "origin", "--wait"])).toEqual({ hook: "pre-push", wait: false });
    expect(parseCall(["git", "pre-push", "--wait", "origin", "url"])).toEqual({ hook: "pre-push", wait: true });
    expect(parseCall(["agent", "claude-code"])).toEqual({ hook: "agent", agent: "claude-code" });
    for (const argv of [[], ["git"], ["git", "pre-commit"], ["agent"], ["agent", "../x"], ["agent", "A"], ["other"]]) expect(parseCall(argv)).toBeNull();
  });

  it("does nothing when hx is to skip", async () => {
    const seen = watched({}, { skip: true });
    await runHook(["git", "post-commit"], bytes(), seen.deps);
    await runHook(["agent", "codex"], bytes("{}"), seen.deps);
    expect(seen.calls).toEqual([]);
  });
});

describe("git hooks", () => {
  it("after a commit, capture; before a push, capture and push", async () => {
    const seen = watched();
    const at = seen.deps.directory;
    await runHook(["git", "post-commit"], bytes(), seen.deps);
    await runHook(["git", "pre-push", "--wait", "origin"], bytes(), seen.deps);
    await runHook(["git", "pre-push"], bytes(), seen.deps);
    expect(seen.calls).toEqual([["captureAll", at], ["captureAll", at], ["pushWaiting", at, true], ["captureAll", at], ["pushWaiting", at, false]]);
    expect(seen.continued).toEqual([]);
  });

  it("push what waits when one session could not be captured, and note that", async () => {
    const seen = watched({ captureAll: () => Promise.reject(new HxError("io-failed", "cannot write")) });
    await runHook(["git", "pre-push", "--wait"], bytes(), seen.deps);
    expect(seen.calls.map(([name]) => name)).toEqual(["captureAll", "pushWaiting"]);
    expect(seen.failures).toEqual(["pre-push io-failed"]);
  });

  it("give the push what capture left of the time", async () => {
    let given = Infinity;
    const seen = watched({
      captureAll: () => new Promise((done) => setTimeout(done, 30)),
      pushWaiting: async (_at, { deadlineMs }) => void (given = deadlineMs),
    });
    await runHook(["git", "pre-push", "--wait"], bytes(), seen.deps);
    expect(given).toBeLessThan(5000);
    expect(given).toBeGreaterThan(0);
  });

  it("leave the rest to another process when somebody waits too long, and only then", async () => {
    const never = (): Promise<void> => new Promise(() => undefined);
    const limits = { awaited: 20, detached: 20, capture: 20 };
    for (const slow of [{ captureAll: never }, { pushWaiting: never }]) {
      const seen = watched(slow, { limits });
      await runHook(["git", "pre-push", "--wait"], bytes(), seen.deps);
      expect(seen.continued).toEqual([["git", "pre-push"]]);
      const detached = watched(slow, { limits });
      await runHook(["git", "pre-push"], bytes(), detached.deps);
      await runHook(["git", "post-commit"], bytes(), detached.deps);
      expect(detached.continued).toEqual([]);
    }
  });

  it("never throw: what went wrong is a code in the log", async () => {
    const wrong = [new HxError("busy", "path '/home/somebody' is locked"), Object.assign(new Error("/home/x"), { code: "ENOSPC" }), new Error("secret"), "secret", Object.assign(new Error(), { code: "a path/x" })];
    const seen: string[] = [];
    for (const error of wrong) {
      const run = watched({ captureAll: () => Promise.reject(error) });
      await runHook(["git", "post-commit"], bytes(), run.deps);
      seen.push(...run.failures);
    }
    expect(seen).toEqual(["post-commit busy", "post-commit ENOSPC", "post-commit internal", "post-commit internal", "post-commit internal"]);
    const broken = watched({}, { world: () => Promise.reject(new Error("no world")), log: () => Promise.reject(new Error("disk full")) });
    await runHook(["git", "pre-push", "--wait"], bytes(), broken.deps);
  });
});

describe("agent hooks", () => {
  it("keep no log of places where there is nothing to keep", async () => {
    for (const code of ["not-connected", "not-a-repository", "outside-boundary"] as const) {
      const seen = watched({ captureSession: () => Promise.reject(new HxError(code, "no")) });
      await runHook(["agent", "codex"], bytes('{"session_id":"a"}'), seen.deps);
      expect(seen.calls).toHaveLength(1);
      expect(seen.failures).toEqual([]);
    }
  });

  it("capture the session of the payload, where the payload says", async () => {
    const seen = watched({}, { directory: "/" });
    const payload = { session_id: "a", cwd: join(directory, "repository") };
    await runHook(["agent", "codex"], bytes(JSON.stringify(payload).slice(0, 9), JSON.stringify(payload).slice(9)), seen.deps);
    expect(seen.calls).toEqual([["captureSession", "codex", payload, payload.cwd]]);
  });

  it("look at every session where a window has several folders, and place none by them", async () => {
    const here = join(directory, "repository");
    for (const roots of [{ workspaceRoots: [here, "/other"] }, { workspace_roots: [here, "/other"], cwd: "" }]) {
      const { deps, calls } = watched({}, { directory: "/nowhere" });
      await runHook(["agent", "cursor"], bytes(JSON.stringify(roots)), deps);
      expect(calls).toEqual([["captureAll", here]]);
    }
  });
  it("take a window's only folder where the payload names no other directory", async () => {
    const here = join(directory, "repository");
    for (const roots of [{ workspaceRoots: [here] }, { workspace_roots: [here], cwd: "" }, { workspace_roots: ["/other", "/more"], cwd: here }]) {
      const { deps, calls } = watched({}, { directory: "/nowhere" });
      await runHook(["agent", "cursor"], bytes(JSON.stringify(roots)), deps);
      expect(calls).toEqual([["captureSession", "cursor", roots, here]]);
    }
  });
  it("end at once outside of any repository", async () => {
    const seen = watched({}, { world: () => Promise.reject(new Error("must not be loaded")) });
    await runHook(["agent", "codex"], bytes(JSON.stringify({ cwd: directory })), seen.deps);
    expect(seen.failures).toEqual([]);
    await runHook(["agent", "codex"], bytes(JSON.stringify({ cwd: join(directory, "repository", "gone", "deep") })), seen.deps);
    expect(seen.failures).toEqual(["agent internal"]);
  });

  it("look at every session when the payload says nothing", async () => {
    for (const text of ["", " ", "null", "[1]", "not json", '"text"', "{", "\0\0", "\ufeff"]) {
      const seen = watched();
      await runHook(["agent", "claude-code"], bytes(text), seen.deps);
      expect(seen.calls).toEqual([["captureAll", seen.deps.directory]]);
      expect(seen.failures).toEqual([]);
    }
  });

  it("never throw and never fail, whatever comes in", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), fc.oneof(fc.string(), fc.json()), async (chunks, text) => {
        const seen = watched();
        await runHook(["agent", "codex"], bytes(...chunks), seen.deps);
        await runHook(["agent", "codex"], bytes(text), seen.deps);
        expect(seen.failures).toEqual([]);
        for (const [name, , payload] of seen.calls) if (name === "captureSession") expect(payload).toBeTypeOf("object");
      }),
    );
  });

  it("take from a payload that was cut off what is there", async () => {
    const whole = JSON.stringify({ session_id: "abc", transcript_path: "/t", cwd: "/c", last_assistant_message: "words and words" });
    for (let length = 1; length <= whole.length; length += 1) {
      const found = await readPayload(new TextEncoder().encode(whole.slice(0, length)));
      if (length > whole.indexOf("last_")) expect(found).toMatchObject({ session_id: "abc", transcript_path: "/t", cwd: "/c" });
    }
  });
});

describe("stdin", () => {
  it("is read to its end or to the limit of bytes", async () => {
    expect(Buffer.from(await readInput(bytes("ab", "cd"))).toString()).toBe("abcd");
    expect(Buffer.from(await readInput(bytes("abc", "def", "ghi"), { bytes: 5, ms: 1000 })).toString()).toBe("abcde");
  });

  it("that never ends, or fails, gives what came before", async () => {
    async function* hanging(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array([97]);
      await new Promise(() => undefined);
    }
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array([98]);
      throw new Error("EPIPE");
    }
    expect(Buffer.from(await readInput(hanging(), { bytes: 10, ms: 20 })).toString()).toBe("a");
    expect(Buffer.from(await readInput(failing())).toString()).toBe("b");
  });
});

describe("the log of hooks", () => {
  const now = new Date("2026-01-02T03:04:05.678Z");

  it("holds time, hook and code, readable by its owner only", async () => {
    const state = join(directory, "state");
    await logFailure(state, { hook: "pre-push", code: "busy" }, now);
    await logFailure(state, { hook: "agent", code: "ENOSPC" }, now);
    expect(await readFile(hookLogFile(state), "utf8")).toBe("2026-01-02T03:04:05Z pre-push busy\n2026-01-02T03:04:05Z agent ENOSPC\n");
    expect((await stat(hookLogFile(state))).mode & 0o777).toBe(0o600);
  });

  it("stays small, and keeps the newest whole lines", async () => {
    await writeFile(hookLogFile(directory), "2026-01-01T00:00:00Z agent old\n".repeat(1100));
    await logFailure(directory, { hook: "agent", code: "new" }, now);
    const text = await readFile(hookLogFile(directory), "utf8");
    expect(text.length).toBeLessThanOrEqual(logLimit);
    expect(text.split("\n").slice(0, -2).every((line) => line === "2026-01-01T00:00:00Z agent old")).toBe(true);
    expect(text.endsWith("agent new\n")).toBe(true);
  });

  it("that cannot be written is no failure", async () => {
    await writeFile(join(directory, "file"), "");
    await logFailure(join(directory, "file"), { hook: "agent", code: "busy" }, now);
  });
});
