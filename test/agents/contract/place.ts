import { copyFile, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isHxError } from "../../../src/domain/errors.ts";
import type { Desk } from "./desk.ts";
import { first } from "./desk.ts";
import { WORK } from "./fixture.ts";

const where = { directory: "/home/dev/work/other", recorded: WORK };

export function placeContract(at: () => Desk): void {
  describe("place", () => {
    it("is where the agent looks for a session of that directory", async () => {
      const { home, fixture, storage, write, here, discovered } = at();
      if (storage === "rows") return;
      await write(2, { directory: where.directory });
      const source = await write(1);
      const directory = here(where.directory);
      const place = await fixture.agent.placeOf(first(source).path, { directory, recorded: here(where.recorded) });
      expect(place).toBe(fixture.restored?.(fixture.id(1), directory) ?? fixture.transcript(fixture.id(1), directory));
      const copy = path.join(home, "copy");
      await copyFile(first(source).absolute, copy);
      await rm(first(source).absolute);
      await mkdir(path.dirname(place), { recursive: true });
      await copyFile(copy, place);
      await discovered([where.directory]);
      const again = await fixture.agent.find(fixture.id(1));
      expect(again?.files.map((file) => file.path)).toEqual(source.files.map((file) => file.path));
    });
    it("is never outside of the store", async () => {
      const { fixture, write } = at();
      const recorded = first(await write(1)).path;
      const longer = fixture.isDeep === true ? [] : [`x/${recorded}`];
      for (const bad of [...longer, "", "/etc/passwd", "../x", `${recorded}/../../../../x`, `${path.posix.dirname(recorded)}/../../settings.json`, recorded.replace(/^[^/]+/, ".."), "settings.json", recorded.replaceAll("/", "\\") + "\\x", `${recorded}\0`]) {
        await expect(fixture.agent.placeOf(bad, where), bad).rejects.toSatisfy(isHxError);
      }
    });
  });
}
