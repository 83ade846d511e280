import { describe, expect, it } from "vitest";
import { judgeClock, judgeSeen } from "../../src/app/doctor/clock.ts";
import { check, ok } from "../../src/app/doctor/check.ts";
import { refspecFinding } from "../../src/app/doctor/refspecs.ts";
import { newestFailure } from "../../src/app/status/hook-failures.ts";
import { HxError } from "../../src/domain/errors.ts";
import { nodeFinding } from "../../src/wire/doctor-machine.ts";

describe("refspecs that touch sessions", () => {
  const bad: readonly (readonly [string, string])[] = [
    ["remote.origin.fetch", "+refs/*:refs/*"],
    ["remote.origin.fetch", "refs/sessions/*:refs/sessions/*"],
    ["remote.a.b.fetch", "+refs/sessions/v1/lane/*:refs/remotes/x/*"],
    ["remote.origin.fetch", "refs/sess*:refs/x*"],
    ["remote.origin.fetch", "refs/sessions/v1/root:refs/root"],
    ["remote.origin.push", "+refs/*:refs/*"],
    ["remote.origin.mirror", "true"],
  ];
  it.each(bad)("%s = %s", (key, value) => {
    expect(refspecFinding([["remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"], [key, value]])).toMatchObject({ result: "fail" });
  });

  const good: readonly (readonly [string, string])[] = [
    ["remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"],
    ["remote.origin.fetch", "+refs/pull/*/head:refs/remotes/origin/pr/*"],
    ["remote.origin.fetch", "^refs/sessions/*"],
    ["remote.origin.push", "HEAD"],
    ["remote.origin.mirror", "false"],
  ];
  it.each(good)("not %s = %s", (key, value) => expect(refspecFinding([[key, value]])).toMatchObject({ result: "ok" }));

  it("not when a negative one takes them out again", () => {
    expect(refspecFinding([["remote.o.fetch", "+refs/*:refs/*"], ["remote.o.fetch", "^refs/sessions/*"]])).toMatchObject({ result: "ok" });
    expect(refspecFinding([["remote.o.fetch", "+refs/*:refs/*"], ["remote.p.fetch", "^refs/sessions/*"]])).toMatchObject({ result: "fail" });
    expect(refspecFinding([["remote.o.fetch", "+refs/*:refs/*"], ["remote.o.fetch", "^refs/sessions/v1/root"]])).toMatchObject({ result: "fail" });
  });
});

describe("a clock", () => {
  const midnight = Date.UTC(2026, 10, 21) / 1000;
  it("after the newest day is right", () => expect(judgeClock(midnight, midnight * 1000 + 1)).toMatchObject({ result: "ok" }));
  it("less than a day before it is odd", () => expect(judgeClock(midnight, midnight * 1000 - 3_600_000)).toMatchObject({ result: "warn" }));
  it("more than a day before it is wrong", () => expect(judgeClock(midnight, (midnight - 86401) * 1000)).toMatchObject({ result: "fail" }));
});

describe("the newest time that was seen", () => {
  const now = Date.UTC(2026, 10, 21, 12);
  it("is told when it lies more than a day ahead, with the file that keeps it", () => {
    expect(judgeSeen(now + 30 * 86_400_000, now, "/state/it's/clock")).toEqual({ result: "warn", detail: expect.stringContaining("once said 2026-12-21 12:00"), fix: "rm '/state/it'\\''s/clock'" });
    expect(judgeSeen(1e300, now, "/state/clock")).toMatchObject({ result: "warn" });
  });
  it("is not told else", () => {
    for (const seen of [0, now, now + 86_400_000]) expect(judgeSeen(seen, now, "/state/clock")).toBeNull();
  });
});

describe("a check", () => {
  it("keeps what it found", async () => expect(await check("a", () => ok("b"))).toEqual({ name: "a", result: "ok", detail: "b" }));
  it("that throws is a failure with its message and hint", async () => {
    const thrown = new HxError("busy", "'x' is busy", { hints: ["hx sync"] });
    expect(await check("a", () => Promise.reject(thrown), "other")).toEqual({ name: "a", result: "fail", detail: "'x' is busy", fix: "hx sync" });
    expect(await check("a", () => Promise.reject(new Error("odd")), "other")).toEqual({ name: "a", result: "fail", detail: "odd", fix: "other" });
  });
});

describe("the log of hooks", () => {
  const log = "2026-11-20T10:00:00Z pre-push busy\n2026-11-21T10:00:00Z pre-push remote-failed\n2026-11-21T11:00:00Z post-commit io-failed\ntorn pre-push\n";
  it("tells the newest failure of a push", () => expect(newestFailure(log, ["pre-push"], 0)).toEqual({ at: Date.UTC(2026, 10, 21, 10), hook: "pre-push", code: "remote-failed" }));
  it("forgets it after a push that went well", () => expect(newestFailure(log, ["pre-push"], Date.UTC(2026, 10, 21, 10))).toBeNull());
  it("may be empty", () => expect(newestFailure("", ["pre-push"], 0)).toBeNull());
});

describe("versions of node", () => {
  it.each([["18.20.0", "fail"], ["20.18.9", "fail"], ["20.19.0", "ok"], ["24.1.0", "ok"]])("%s: %s", (version, result) => expect(nodeFinding(version).result).toBe(result));
});
