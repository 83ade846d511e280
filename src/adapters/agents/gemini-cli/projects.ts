import { createHash } from "node:crypto";
import path from "node:path";
import { asBuffer } from "../shared/json-scan.ts";
import { headOf } from "../shared/open-file.ts";
import { isAbsolutePath, isJson, objectOf, textOf } from "../shared/record.ts";
import { entriesOf, realDirectory } from "../shared/store.ts";

/** A folder below `tmp/` of the store: one a project. */
export interface Project {
  readonly root: string;
  /** Absolute. */
  readonly folder: string;
  /** Named after the hash of the directory, as older versions did; a migration copies such a folder and leaves it. */
  readonly isOld: boolean;
  /** The directory whose sessions it holds, absolute. Absent when nothing says it. */
  readonly directory?: string;
}

const MARKER = ".project_root";
const LONGEST_PATH = 64 * 1024;
const LARGEST_REGISTRY = 16 << 20;

/** The project folders of a store. Links are not followed: the agent makes none. */
export async function projectsIn(root: string): Promise<readonly Project[]> {
  const tmp = path.join(root, "tmp");
  if ((await realDirectory(tmp)) !== tmp) return [];
  const registered = await registeredIn(root);
  const byHash = new Map([...registered.keys()].map((directory) => [projectHash(directory), directory]));
  const bySlug = new Map([...registered].map(([directory, slug]) => [slug, directory]));
  const projects: Project[] = [];
  for (const entry of await entriesOf(tmp)) {
    if (!entry.isDirectory()) continue;
    const folder = path.join(tmp, entry.name);
    const isOld = /^[0-9a-f]{64}$/.test(entry.name);
    const directory = (await markerOf(folder, root)) ?? (isOld ? byHash : bySlug).get(entry.name);
    projects.push({ root, folder, isOld, ...(directory === undefined ? {} : { directory }) });
  }
  return projects.sort((a, b) => Number(a.isOld) - Number(b.isOld));
}

/** What a session's header names its project. Of the directory as the agent was started in it. */
export function projectHash(directory: string): string {
  return createHash("sha256").update(directory).digest("hex");
}

async function markerOf(folder: string, root: string): Promise<string | undefined> {
  const text = asBuffer(await headOf(path.join(folder, MARKER), [root], LONGEST_PATH)).toString("utf8").trim();
  return isAbsolutePath(text) && !text.includes("\0") ? text : undefined;
}

/** `projects.json`: folder names by directory. */
async function registeredIn(root: string): Promise<ReadonlyMap<string, string>> {
  const text = asBuffer(await headOf(path.join(root, "projects.json"), [root], LARGEST_REGISTRY)).toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    const projects = isJson(value) ? objectOf(value, "projects") : {};
    return new Map(Object.keys(projects).flatMap((directory) => (isAbsolutePath(directory) ? [[directory, textOf(projects, directory) ?? ""] as const] : [])));
  } catch {
    return new Map();
  }
}

/** The name of the folder of a directory: the one it has, else the one that the agent will give it. */
export async function folderNameOf(root: string, directory: string, platform: NodeJS.Platform): Promise<string> {
  const kept = platform === "win32" ? directory.toLowerCase() : directory;
  const projects = (await projectsIn(root)).filter(({ isOld }) => !isOld);
  const own = projects.find((project) => project.directory === kept);
  if (own !== undefined) return path.basename(own.folder);
  const taken = new Set([...(await registeredIn(root)).values(), ...projects.filter((project) => project.directory !== undefined).map(({ folder }) => path.basename(folder))]);
  const slug = slugOf(platform === "win32" ? path.win32.basename(kept) : path.posix.basename(kept));
  for (let number = 0; ; number++) {
    const name = number === 0 ? slug : `${slug}-${number}`;
    if (!taken.has(name)) return name;
  }
}

function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "-")
    .replace(/-+/g, "-")
    .replace(/^-|-$/g, "");
  return slug === "" ? "project" : slug;
}
