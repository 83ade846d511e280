import { mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isHxError } from "../../../src/domain/errors.ts";
import type { Desk } from "./desk.ts";
import { first } from "./desk.ts";
import { WORK } from "./fixture.ts";

export function storeContract(at: () => Desk): void {
  describe("store", () => {
    it("is absent without a store, and then has nothing", async () => {
      const { fixture, discovered } = at();
      expect(await fixture.agent.roots()).toEqual([]);
      expect(await discovered([WORK])).toEqual([]);
      expect(await fixture.agent.find(fixture.id(1))).toBeNull();
    });
    it("names absolute roots, and files below them by a relative path", async () => {
      const { fixture, storage, write } = at();
      const source = await write(1);
      const roots = await fixture.agent.roots();
      expect(roots.length).toBeGreaterThan(0);
      for (const file of source.files) {
        expect(roots.some((root) => file.absolute.startsWith(root + path.sep))).toBe(true);
        expect(file.path).toMatch(/^[^/\\\0]+(\/[^/\\\0]+)*$/);
        expect(file.path.split("/")).not.toContain("..");
      }
      expect(new Set(source.files.map((file) => file.path)).size).toBe(source.files.length);
      expect(first(source)).toMatchObject({ role: "transcript", growth: storage === "document" ? "rewrite" : "append" });
      expect(fixture.agent.records(first(source)).takes).toBe(storage === "document" ? "document" : undefined);
    });
    it("finds by id only, not by a path", async () => {
      const { fixture, write } = at();
      await write(1);
      for (const id of ["", "..", "../x", "*", "%", "a/b", "\0", "' or 1 --", fixture.id(2)]) expect(await fixture.agent.find(id)).toBeNull();
    });
    it("discovers sessions of a directory, of those below and of worktrees, sorted, and no others", async () => {
      const { fixture, write, discovered } = at();
      // What lies in checkouts is looked for in those alone.
      const below = fixture.inCheckout === true ? [] : [fixture.id(8)];
      const directories = [WORK, `${WORK}/packages/ui`, "/home/dev/notes", "/home/dev/work/acme-tree"];
      for (const [index, directory] of directories.entries()) await write(9 - index, { directory });
      expect(await discovered([WORK])).toEqual([...below, fixture.id(9)]);
      expect(await discovered([WORK, "/home/dev/work/acme-tree"])).toEqual([fixture.id(6), ...below, fixture.id(9)]);
      expect(await discovered([`${WORK}/packages`])).toEqual(below);
      expect(await discovered(["/home/dev/elsewhere"])).toEqual([]);
      expect(await discovered([])).toEqual([]);
    });
    it("skips what was not modified since", async () => {
      const { fixture, write, discovered } = at();
      await write(1, { modifiedMs: 1_000_000 });
      await write(2, { modifiedMs: 3_000_000 });
      expect(await discovered([WORK], 2_000_000)).toEqual([fixture.id(2)]);
      expect(await discovered([WORK], 0)).toEqual([fixture.id(1), fixture.id(2)]);
    });
    it("does not follow a link out of the store", async () => {
      const { home, fixture, write, discovered, here } = at();
      const link = first(await write(1)).absolute;
      await write(2);
      const secret = path.join(home, path.basename(link));
      await rename(link, secret);
      await symlink(secret, link);
      const isShared = fixture.transcript(fixture.id(1), here(WORK)) === fixture.transcript(fixture.id(2), here(WORK));
      const listed = fixture.isListed === true ? [fixture.id(1)] : [];
      expect(await discovered([WORK])).toEqual(isShared ? [] : [...listed, fixture.id(2)]);
      const found = await fixture.agent.find(fixture.id(1));
      if (fixture.isListed === true && found !== null) await expect(fixture.agent.open(first(found))).rejects.toSatisfy(isHxError);
      else expect(found).toBeNull();
      expect(await fixture.agent.fromHook(fixture.payload(fixture.id(1), link))).toBeNull();
      const planted = { path: "x", absolute: link, role: "transcript", growth: "append" } as const;
      await expect(fixture.agent.open(planted)).rejects.toSatisfy(isHxError);
    });
    it("refuses to open what lies outside, is no file or is not there", async () => {
      const { home, fixture, write } = at();
      const source = await write(1);
      const outside = path.join(home, "outside.jsonl");
      await writeFile(outside, "x");
      for (const absolute of [outside, path.dirname(first(source).absolute), `${first(source).absolute}x`, "a\0b"]) {
        await expect(fixture.agent.open({ ...first(source), absolute })).rejects.toSatisfy(isHxError);
      }
    });
    it("that has a directory where a transcript should be has no session there", async () => {
      const { fixture, storage, here } = at();
      await mkdir(fixture.transcript(fixture.id(1), here(WORK)), { recursive: true });
      const found = await fixture.agent.find(fixture.id(1)).catch((error: unknown) => error);
      expect(found === null || (storage === "rows" && isHxError(found))).toBe(true);
    });
    it("is left as it was, whatever is read of it", async () => {
      const { fixture, storage, write, discovered, read } = at();
      const source = await write(1);
      const before = await readFile(first(source).absolute);
      await discovered([WORK]);
      for (const file of source.files) await read(file);
      await fixture.agent.fromHook(fixture.payload(fixture.id(1), first(source).absolute));
      if (storage !== "rows") expect((await readFile(first(source).absolute)).equals(before)).toBe(true);
      expect((await readFile(first(source).absolute)).length).toBe(before.length);
    });
  });
}
