import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectionYaml } from "../../src/adapters/connection/yaml.ts";
import { fromUtf8, toHex, utf8 } from "../../src/domain/bytes.ts";
import { projectOf, tighten } from "../../src/domain/connection.ts";
import type { Connection } from "../../src/domain/connection.ts";
import { isHxError } from "../../src/domain/errors.ts";
import { projectId, repoId, workspaceId } from "../../src/domain/ids.ts";

const id = "ab".repeat(16);
const file = (over: Record<string, string | null> = {}): string => {
  const lines: Record<string, string | null> = { version: "1", workspace: "1".repeat(64), repo: `${"0".repeat(3)}e${"1".repeat(60)}`, genesis: "AQID", project: id, remotes: "[ git@example.org:a/b ]", policy: "0", ...over };
  return Object.entries(lines).flatMap(([key, value]) => (value === null ? [] : [`${key}: ${value}`])).join("\n");
};
const parse = (text: string): Connection => connectionYaml.parse(utf8(text));

function code(text: string | Uint8Array): string {
  try {
    connectionYaml.parse(typeof text === "string" ? utf8(text) : text);
    return "ok";
  } catch (error) {
    return isHxError(error) ? error.code : String(error);
  }
}

describe("the connection file", () => {
  it("takes ids that look like numbers, quoted or not, and keeps unknown keys", () => {
    const connection = parse(file({ later: "{ a: [1, true], b: '2' }" }));
    expect(connection.workspace).toBe("1".repeat(64));
    expect(connection.genesis).toEqual(Uint8Array.of(1, 2, 3));
    expect([...connection.paths]).toEqual([[".", id]]);
    expect(parse(fromUtf8(connectionYaml.print(connection)))).toEqual(connection);
  });

  it("comes back as it was printed", () => {
    const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex);
    const digits = fc.stringMatching(/^[0-9]{32}$/);
    const directory = fc.array(fc.stringMatching(/^[A-Za-z0-9_ é#:&*!'"-]{1,8}$/), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(hex(32), hex(32), fc.uint8Array({ maxLength: 200 }), fc.dictionary(directory, fc.oneof(hex(16), digits), { minKeys: 1, maxKeys: 4, noNullPrototype: true }), fc.array(fc.webUrl(), { maxLength: 3 }), fc.nat(), (w, r, genesis, paths, remotes, policy) => {
        const map = new Map(Object.entries(paths).map(([path, project]) => [path, projectId(project)] as const));
        const connection = { workspace: workspaceId(w), repo: repoId(r), genesis, paths: map, remotes, policy, unknown: {} };
        expect(connectionYaml.parse(connectionYaml.print(connection))).toEqual(connection);
      }),
    );
  });

  it.each([
    ["empty", ""],
    ["a list", "- a"],
    ["not YAML", "a: [1"],
    ["a conflict", `<<<<<<< ours\n${file()}\n=======\n${file()}\n>>>>>>> theirs`],
    ["a key twice", `${file()}\nrepo: ${"2".repeat(64)}`],
    ["an anchor", file({ remotes: "&x [ git@example.org:a/b ]" })],
    ["an alias", `${file({ later: "&x [a]" })}\nmore: *x`],
    ["a tag of its own", file({ remotes: "!!js/function 'x'" })],
    ["two documents", `${file()}\n---\n${file()}`],
    ["no workspace", file({ workspace: null })],
    ["a short id", file({ repo: "abcd" })],
    ["upper case", file({ repo: "AB".repeat(32) })],
    ["no base64", file({ genesis: "AQI*" })],
    ["neither project nor paths", file({ project: null })],
    ["both", file({ paths: `{ a: ${id} }` })],
    ["no paths", file({ project: null, paths: "{}" })],
    ["a path upwards", file({ project: null, paths: `{ ../a: ${id} }` })],
    ["an absolute path", file({ project: null, paths: `{ /a: ${id} }` })],
    ["a path twice", file({ project: null, paths: `{ a: ${id}, ./a/: ${id} }` })],
    ["remotes that are text", file({ remotes: "git@example.org:a/b" })],
    ["a remote that is a map", file({ remotes: "[ { a: b } ]" })],
    ["a negative policy", file({ policy: "-1" })],
    ["terms that are a list", file({ terms: "[]" })],
    ["a term that a repository cannot tighten", file({ terms: "{ notice: 60 }" })],
    ["a term misspelt", file({ terms: "{ retension: 6 }" })],
    ["a group of four", file({ terms: "{ group: 4 }" })],
    ["a group without end", file({ terms: "{ group: none }" })],
    ["retention as text", file({ terms: "{ retention: '6' }" })],
    ["a flag that is no flag", file({ terms: "{ pause: yes }" })],
    ["version 0", file({ version: "0" })],
    ["no version", file({ version: null })],
    ["version as text", file({ version: "'1'" })],
    ["too long", `${file()}\n#${"x".repeat(65536)}`],
  ])("is refused with %s", (_, text) => {
    expect(code(text)).toBe("not-connected");
  });

  it("is refused when it is not UTF-8, and said to be too new when it is", () => {
    expect(code(Uint8Array.of(0xff, 0xfe, 0x61))).toBe("not-connected");
    expect(code(file({ version: "2" }))).toBe("too-new");
    expect(code(file())).toBe("ok");
  });
});

describe("the terms of the connection file", () => {
  it("are read, and come back as they were printed", () => {
    const connection = parse(file({ terms: "{ group: 8, retention: 6, approval: none, redaction: true, pause: false, exclude: true }" }));
    expect(connection.terms).toEqual({ group: 8, retention: 6, approval: null, redaction: true, pause: false, exclude: true });
    expect(parse(fromUtf8(connectionYaml.print(connection)))).toEqual(connection);
    expect(parse(file()).terms).toBeUndefined();
  });

  it("are tightened by a branch, and never loosened", () => {
    const [main, branch] = [parse(file({ terms: "{ group: 8, retention: 6 }" })), parse(file({ terms: "{ group: 6, retention: 3, exclude: true }" }))];
    expect(tighten(main, branch).terms).toEqual({ group: 8, retention: 3, exclude: true });
    expect(tighten(main, parse(file())).terms).toEqual({ group: 8, retention: 6 });
    expect(tighten(parse(file()), parse(file())).terms).toBeUndefined();
  });
});

describe("a branch", () => {
  const a = projectId("aa".repeat(16));
  const b = projectId("bb".repeat(16));
  const make = (paths: readonly (readonly [string, typeof a])[], remotes: readonly string[]): Connection => ({ ...parse(file()), paths: new Map(paths), remotes });

  it("never gives a directory a project that the default branch does not give it, nor a remote", () => {
    const directory = fc.constantFrom(".", "x", "x/y", "x/y/z", "w");
    const project = fc.constantFrom(a, b);
    const maps = fc.array(fc.tuple(directory, project), { maxLength: 4 });
    const remotes = fc.subarray(["git@example.org:a/b", "https://example.org/a/b.git", "https://other.example/c"]);
    fc.assert(
      fc.property(maps, maps, remotes, remotes, fc.constantFrom(".", "x", "x/y", "x/y/z", "x/q", "w/k", "v"), (p, q, r, s, place) => {
        const both = tighten(make(p, r), make(q, s));
        const [main, branch] = [projectOf(new Map(p), place), projectOf(new Map(q), place)];
        expect(projectOf(both.paths, place) ?? null).toBe(main === branch ? main : null);
        expect(both.remotes.every((url) => r.includes(url))).toBe(true);
      }),
    );
  });
});
