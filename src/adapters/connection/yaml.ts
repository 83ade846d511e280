import { stringify } from "yaml";
import { utf8 } from "../../domain/bytes.ts";
import type { Connection } from "../../domain/connection.ts";
import { HxError, isHxError } from "../../domain/errors.ts";
import { projectId, repoId, workspaceId } from "../../domain/ids.ts";
import type { ProjectId } from "../../domain/ids.ts";
import type { ConnectionFile } from "../../ports/connection-file.ts";
import { printedTerms, repositoryTerms } from "./repository-terms.ts";
import { readMap, textMap, wrong } from "./strict-yaml.ts";

/** Bytes; docs/spec/workspace.md, "Connection file". */
export const CONNECTION_LIMIT = 65536;
const MAX_REMOTES = 256;
const MAX_PATHS = 4096;
const KNOWN = new Set(["version", "workspace", "repo", "genesis", "project", "paths", "remotes", "policy", "terms"]);

/** `.hx/connection.yaml` as YAML 1.2, core schema: no anchors, aliases, tags or merge keys. */
export const connectionYaml: ConnectionFile = { parse, print };

function parse(bytes: Uint8Array): Connection {
  try {
    return connectionOf(readMap(bytes, CONNECTION_LIMIT, "core"), readMap(bytes, CONNECTION_LIMIT, "failsafe"));
  } catch (cause) {
    if (!isHxError(cause)) throw cause;
    if (cause.code === "too-new") throw cause;
    throw new HxError("not-connected", `'.hx/connection.yaml' cannot be used: ${cause.message}`, { cause, hints: ["git log -p -- .hx/connection.yaml"] });
  }
}

function connectionOf(values: ReadonlyMap<string, unknown>, map: ReadonlyMap<string, unknown>): Connection {
  const version = values.get("version");
  if (typeof version === "number" && Number.isInteger(version) && version > 1) throw new HxError("too-new", `'.hx/connection.yaml' has version ${version}, this program knows 1`);
  if (version !== 1) throw wrong("'version' is not 1");
  return {
    workspace: workspaceId(text(map, "workspace")),
    repo: repoId(text(map, "repo")),
    genesis: base64(text(map, "genesis")),
    paths: pathsOf(map),
    remotes: remotesOf(map.get("remotes")),
    policy: policyOf(values.get("policy")),
    ...(values.has("terms") ? { terms: repositoryTerms(values.get("terms")) } : {}),
    unknown: Object.fromEntries([...values].filter(([key]) => !KNOWN.has(key))),
  };
}

function pathsOf(map: ReadonlyMap<string, unknown>): ReadonlyMap<string, ProjectId> {
  if (map.has("project") === map.has("paths")) throw wrong("it needs either 'project' or 'paths'");
  if (map.has("project")) return new Map([[".", projectId(text(map, "project"))]]);
  const paths = textMap(map.get("paths"), "'paths'");
  if (paths.size === 0 || paths.size > MAX_PATHS) throw wrong(`'paths' has not 1 to ${MAX_PATHS} entries`);
  const found = new Map<string, ProjectId>();
  for (const [written, project] of paths) {
    const directory = directoryOf(written);
    if (found.has(directory)) throw wrong(`'paths' has '${directory}' twice`);
    if (typeof project !== "string") throw wrong(`'paths' maps '${directory}' to no project id`);
    found.set(directory, projectId(project));
  }
  return found;
}

/** Relative to the top of the checkout, with `/`, without `..`; `.` is the top. */
function directoryOf(written: string): string {
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  if (written.startsWith("/") || written.includes("\\") || parts.includes("..")) throw wrong(`'${written}' in 'paths' is not a directory below the top`);
  return parts.length === 0 ? "." : parts.join("/");
}

function remotesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw wrong("'remotes' is not a list");
  const remotes: string[] = [];
  for (const url of value) {
    if (typeof url !== "string" || url === "") throw wrong("'remotes' has an entry that is not a URL");
    remotes.push(url);
  }
  if (remotes.length > MAX_REMOTES) throw wrong(`'remotes' has more than ${MAX_REMOTES} entries`);
  return remotes;
}

function policyOf(value: unknown): number {
  if (value === undefined) return 0;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw wrong("'policy' is not a version number");
  return value;
}

function print(connection: Connection): Uint8Array {
  const { workspace, repo, genesis, paths, remotes, policy, terms, unknown } = connection;
  const whole = paths.size === 1 ? (paths.get(".") ?? null) : null;
  const place = whole === null ? { paths: Object.fromEntries([...paths].filter(([, project]) => project !== null)) } : { project: whole };
  const content = { version: 1, workspace, repo, genesis: toBase64(genesis), ...place, remotes: [...remotes], policy, ...(terms === undefined ? {} : { terms: printedTerms(terms) }), ...unknown };
  const head = "# Ties this repository to a workspace of hx. Read from the default branch; another branch may only tighten it.\n";
  return utf8(head + stringify(content, { version: "1.2", schema: "core", lineWidth: 0, aliasDuplicateObjects: false }));
}

function text(map: ReadonlyMap<string, unknown>, key: string): string {
  const value = map.get(key);
  if (typeof value !== "string") throw wrong(`'${key}' is not text`);
  return value;
}

function base64(written: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(written, "base64"));
  if (toBase64(bytes) !== written) throw wrong("'genesis' is not base64");
  return bytes;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
