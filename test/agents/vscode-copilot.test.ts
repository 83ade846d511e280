import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { vscodeCopilot } from "../../src/adapters/agents/vscode-copilot/adapter.ts";
import { copilotRoots } from "../../src/adapters/agents/vscode-copilot/roots.ts";
import { pathOfUri } from "../../src/adapters/agents/shared/file-uri.ts";
import type { SessionView } from "../../src/domain/view.ts";
import type { Agent } from "../../src/ports/agent.ts";

let home = "";
let agent: Agent;
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(os.tmpdir(), "hx-copilot-")));
  agent = vscodeCopilot({ home, platform: "linux" });
});
afterEach(() => rm(home, { recursive: true, force: true }));

const ID = "00000000-0000-4000-8000-000000000001";

async function chat(workspace: object, name: string, content: string, folder = "a"): Promise<string> {
  const place = path.join(home, ".config", "Code", "User", "workspaceStorage", folder);
  await mkdir(path.join(place, "chatSessions"), { recursive: true });
  await writeFile(path.join(place, "workspace.json"), JSON.stringify(workspace));
  await writeFile(path.join(place, "chatSessions", name), content);
  return place;
}
async function discovered(directory: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of agent.discover([directory])) ids.push(id);
  return ids;
}
const journal = (...changes: readonly object[]): string => changes.map((change) => `${JSON.stringify(change)}\n`).join("");
const request = (requestId: string, text: string, more = {}): object => ({ requestId, timestamp: 1_770_000_000_000, message: { text }, response: [{ value: `${text}, done` }], ...more });
const viewed = (content: string): Promise<SessionView> => agent.view([{ path: `workspaceStorage/_/chatSessions/${ID}.jsonl`, role: "transcript", bytes: async () => Buffer.from(content) }]);

describe("a workspace with several roots", () => {
  const multi = { workspace: "file:///home/dev/all.code-workspace" };
  const naming = (...files: readonly string[]): object => request("r", 'about file:///evil/x {"scheme":"file","path":"/evil/y"}', { contentReferences: files.map((file) => ({ reference: { scheme: "file", path: file, external: `file://${file}` } })) });

  it.each(["json", "jsonl"])("has a session where all files lie that its records name: %s", async (extension) => {
    const content = (asked: object): string => (extension === "json" ? JSON.stringify({ sessionId: ID, requests: [asked] }) : journal({ kind: 0, v: { sessionId: ID, requests: [] } }, { kind: 2, k: ["requests"], v: [asked] }));
    const told = async (...files: readonly string[]): Promise<readonly string[]> => {
      await chat(multi, `${ID}.${extension}`, content(naming(...files)));
      const main = (await agent.find(ID))?.files[0];
      if (main === undefined) throw new Error("not found");
      expect(main).toMatchObject({ path: `workspaceStorage/_multi/chatSessions/${ID}.${extension}`, growth: "rewrite" });
      expect(main.directory).toBeUndefined();
      const reader = agent.records(main);
      const first = reader.take(Buffer.from(content(naming(...files))));
      expect(first).toBe(reader.directories?.()[0]);
      return reader.directories?.() ?? [];
    };
    expect(await told("/home/dev/one/src/a.ts", "/home/dev/one/b.ts")).toEqual(["/home/dev/one/b.ts", "/home/dev/one/src/a.ts"].map((file) => path.dirname(file)));
    expect((await told("/home/dev/one/a.ts", "/home/dev/two/b.ts")).toSorted()).toEqual(["/home/dev/one", "/home/dev/two"]);
    expect(await discovered("/home/dev/two")).toEqual([ID]);
    expect(await discovered("/evil")).toEqual([]);
    expect(await told()).toEqual([]);
    expect(await discovered("/home/dev/one")).toEqual([]);
  });
});

describe("a journal", () => {
  it("is replayed: requests that were taken back are kept as abandoned", async () => {
    const start = { kind: 0, v: { sessionId: ID, creationDate: 1_770_000_000_000, requests: [request("r1", "one")] } };
    const view = await viewed(
      journal(
        start,
        { kind: 2, k: ["requests"], v: [request("r2", "two")] },
        { kind: 1, k: ["requests", 0, "modelId"], v: "copilot/x" },
        { kind: 2, k: ["requests"], i: 1, v: [request("r3", "three")] },
        { kind: 1, k: ["requests", 1, "isCanceled"], v: true },
        { kind: 1, k: ["customTitle"], v: "A title" },
        { kind: 3, k: ["requests", 0, "response"] },
        { kind: 1, k: ["__proto__", "polluted"], v: 1 },
        { kind: 1, k: ["requests", 1e9], v: {} },
      ),
    );
    expect(view).toMatchObject({ title: "A title", damaged: 0, unknown: {}, models: ["copilot/x"] });
    expect(view.turns.map(({ prompt, abandoned, entries }) => [prompt, abandoned === true, entries.map(({ kind }) => kind)])).toEqual([
      ["one", false, []],
      ["two", true, ["message"]],
      ["three", false, ["message", "interruption"]],
    ]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("the place of a session", () => {
  it("is beside the folder of its window; a journal counts before the document of an older version", async () => {
    const place = await chat({ folder: "file:///home/dev/my%20work" }, `${ID}.json`, "{}");
    await writeFile(path.join(place, "chatSessions", `${ID}.jsonl`), journal({ kind: 0, v: { requests: [] } }));
    const events = path.join(place, "GitHub.copilot-chat", "transcripts");
    await mkdir(events, { recursive: true });
    await writeFile(path.join(events, `${ID}.jsonl`), "{}\n");
    const source = await agent.find(ID);
    expect(source?.files.map(({ path: recorded, role, growth, directory }) => [recorded.split("/").slice(2).join("/"), role, growth, directory])).toEqual([
      [`chatSessions/${ID}.jsonl`, "transcript", "append", "/home/dev/my work"],
      [`chatSessions/${ID}.json`, "sidecar", "rewrite", undefined],
      [`GitHub.copilot-chat/transcripts/${ID}.jsonl`, "sidecar", "append", undefined],
    ]);
    expect(await agent.fromHook({ sessionId: ID, hookEventName: "Stop", transcript_path: path.join(events, `${ID}.jsonl`) })).toEqual(source);
    expect(await discovered("/home/dev")).toEqual([ID]);
    const where = { directory: "/never/opened", recorded: "/home/dev/my work" };
    await expect(agent.placeOf(`workspaceStorage/_/chatSessions/${ID}.jsonl`, where)).rejects.toMatchObject({ code: "not-found" });
    await expect(agent.placeOf(`workspaceStorage/_multi/chatSessions/${ID}.jsonl`, where)).rejects.toMatchObject({ code: "refused" });
  });
  it("of another machine is none here", async () => {
    await chat({ folder: "vscode-remote://ssh-remote%2Bhost/home/dev/work" }, `${ID}.json`, "{}");
    expect((await agent.find(ID))?.files[0]?.directory).toBeUndefined();
    expect(await discovered("/home/dev")).toEqual([]);
    expect(["file:///c%3A/a%20b/c", "file://server/share/x", "file:///a/%00", "file:///%E0%A4%A", "http://x/y", "untitled:Untitled-1"].map(pathOfUri)).toEqual(["c:\\a b\\c", "\\\\server\\share\\x", undefined, undefined, undefined, undefined]);
  });
  it("is below the folders of each editor, on every system", () => {
    const roots = (options: object, paths: typeof path.posix): readonly string[] => copilotRoots({ home: "/h", platform: "linux", ...options }, paths);
    expect(roots({}, path.posix)).toEqual(["Code", "Code - Insiders", "VSCodium"].map((name) => `/h/.config/${name}/User`).concat([".vscode-server", ".vscode-server-insiders", ".vscodium-server"].map((name) => `/h/${name}/data/User`)));
    expect(roots({ platform: "darwin" }, path.posix)).toContain("/h/Library/Application Support/Code/User");
    expect(roots({ home: "C:\\u", platform: "win32", portable: "D:\\p" }, path.win32)).toEqual(["D:\\p\\user-data\\User", ...["Code", "Code - Insiders", "VSCodium"].map((name) => `C:\\u\\AppData\\Roaming\\${name}\\User`)]);
  });
});
