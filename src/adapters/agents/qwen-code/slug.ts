import { createHash } from "node:crypto";

/** On Windows the agent takes the directory in lower case. */
function asKept(directory: string, platform: NodeJS.Platform): string {
  return platform === "win32" ? directory.toLowerCase() : directory;
}

/** The folder below `projects/`: every UTF-16 unit that is no ASCII letter or digit becomes `-`. Lossy, so it never says what the directory was. */
export function slugOf(directory: string, platform: NodeJS.Platform): string {
  return asKept(directory, platform).replace(/[^A-Za-z0-9]/g, "-");
}

/** The folder below `tmp/`. */
export function hashOf(directory: string, platform: NodeJS.Platform): string {
  return createHash("sha256").update(asKept(directory, platform)).digest("hex");
}

/** Tells of a folder below `projects/` whether it may belong to one of the directories or to something below. Wide on purpose. */
export function slugMatcher(directories: readonly string[]): (slug: string) => boolean {
  const wanted = directories.map((directory) => (directory.length > 1 ? directory.replace(/[\\/]+$/, "") : directory).replace(/[^A-Za-z0-9]/g, "-").toLowerCase());
  return (slug) => {
    const name = slug.toLowerCase();
    return wanted.some((prefix) => name === prefix || name.startsWith(prefix === "-" ? prefix : `${prefix}-`));
  };
}
