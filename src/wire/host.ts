import { readFile } from "node:fs/promises";
import { processHost } from "../cli/io/process-host.ts";
import type { Host } from "../cli/host.ts";

/** The real surroundings of a command. What a command needs of the rest is loaded when it asks for its world. */
export async function realHost(): Promise<Host> {
  return processHost({
    version: await versionOf(),
    environment: process.env,
    openWorld: async (context) => (await import("./world.ts")).openWorld(context),
  });
}

async function versionOf(): Promise<string> {
  for (const path of ["../package.json", "../../package.json"]) {
    const text = await readFile(new URL(path, import.meta.url), "utf8").catch(() => null);
    const found: unknown = text === null ? null : JSON.parse(text);
    if (typeof found === "object" && found !== null && "version" in found && typeof found.version === "string") return found.version;
  }
  return "0.0.0";
}
