import { describe, expect, it } from "vitest";
import { isListedUrl, normalizeRemoteUrl } from "../../src/domain/remote-url.ts";

const same: readonly (readonly [string, string])[] = [
  ["https://example.org/a/b", "example.org/a/b"],
  ["https://example.org/a/b.git", "example.org/a/b"],
  ["https://example.org/a/b.git/", "example.org/a/b"],
  ["https://example.org/a/b///", "example.org/a/b"],
  ["https://EXAMPLE.org/A/b", "example.org/A/b"],
  ["HTTPS://example.org/a/b", "example.org/a/b"],
  ["https://user:secret@example.org/a/b", "example.org/a/b"],
  ["https://user@mail@example.org/a/b", "example.org/a/b"],
  ["https://example.org:443/a/b", "example.org/a/b"],
  ["http://example.org:80/a/b", "example.org/a/b"],
  ["https://example.org:/a/b", "example.org/a/b"],
  ["https://example.org:80/a/b", "example.org:80/a/b"],
  ["https://example.org:8443/a/b", "example.org:8443/a/b"],
  ["https://example.org:0443/a/b", "example.org/a/b"],
  ["ssh://git@example.org/a/b.git", "example.org/a/b"],
  ["ssh://git@example.org:22/a/b.git", "example.org/a/b"],
  ["ssh://git@example.org:2222/a/b.git", "example.org:2222/a/b"],
  ["git+ssh://git@example.org/a/b.git", "example.org/a/b"],
  ["ssh://example.org/~ann/b", "example.org/~ann/b"],
  ["git@example.org:a/b.git", "example.org/a/b"],
  ["example.org:a/b", "example.org/a/b"],
  ["git@Example.Org:/a/b", "example.org/a/b"],
  ["git@example.org:a/b@c:d", "example.org/a/b@c:d"],
  ["ssh://[::1]/a/b", "[::1]/a/b"],
  ["ssh://git@[2001:DB8::1]:22/a", "[2001:db8::1]/a"],
  ["https://[2001:db8::1]:8443/a", "[2001:db8::1]:8443/a"],
  ["git@[2001:db8::1]:a/b", "[2001:db8::1]/a/b"],
  ["[git@example.org:2222]:a/b", "example.org:2222/a/b"],
  ["git@[example.org:22]:a/b", "example.org/a/b"],
  ["git://example.org/a/b.git", "git://example.org/a/b"],
  ["/srv/git/a.git", "/srv/git/a"],
  ["/srv/git/a/.git", "/srv/git/a"],
  ["/srv/git/./x/../a/", "/srv/git/a"],
  ["file:///srv/git/a.git", "/srv/git/a"],
  ["file://localhost/srv/git/a.git", "/srv/git/a"],
  ["C:\\git\\a.git", "C:/git/a"],
  ["c:/git/a", "C:/git/a"],
  ["file:///C:/git/a", "C:/git/a"],
  ["\\\\Server\\share\\a.git", "//server/share/a"],
  ["file://server/share/a", "//server/share/a"],
];

const nothing = ["", "ext::sh -c touch% x", "hg::https://example.org/a", "https://example.org", "https:///a", "ssh://-oProxyCommand=x/a", "-oProxyCommand=x:a", "https://example.org\\@evil.example/a", "https://example.org/a\nb", "../a", "a", "~/a", "https://exa mple.org/a"];

describe("normalizeRemoteUrl", () => {
  it.each(same)("%s is %s", (url, expected) => {
    expect(normalizeRemoteUrl(url)).toBe(expected);
  });

  it.each(nothing)("%j names no place", (url) => {
    expect(normalizeRemoteUrl(url)).toBeNull();
  });

  it("reads a relative path from the top of the checkout", () => {
    expect(normalizeRemoteUrl("../a.git", "/home/ann/work")).toBe("/home/ann/a");
    expect(normalizeRemoteUrl("../a.git", "C:\\work\\b")).toBe("C:/work/a");
  });

  it("is not changed by a second pass over a path", () => {
    for (const [, expected] of same) if (/^\/[^/]/.test(expected)) expect(normalizeRemoteUrl(expected)).toBe(expected);
  });
});

describe("isListedUrl", () => {
  const listed = ["git@example.org:acme/web.git"];

  it("takes another spelling of the same place", () => {
    for (const url of ["https://example.org/acme/web", "ssh://git@example.org:22/acme/web/", "https://token@EXAMPLE.org/acme/web.git"]) expect(isListedUrl(url, listed)).toBe(true);
  });

  it("takes nothing else", () => {
    for (const url of ["git@example.org:ann/web.git", "https://example.org.evil.example/acme/web", "https://example.org@evil.example/acme/web", "https://example.org:8443/acme/web", "git://example.org/acme/web", "https://example.org/acme/web2", "https://example.org/Acme/web", "example.org/acme/web", "ext::x"]) {
      expect(isListedUrl(url, listed)).toBe(false);
    }
    expect(isListedUrl("ext::x", ["ext::x"])).toBe(false);
  });
});
