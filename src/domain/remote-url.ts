const DEFAULT_PORTS: Readonly<Record<string, string>> = { ssh: "22", https: "443", http: "80" };
const SSH_NAMES = new Set(["ssh", "git+ssh", "ssh+git"]);

/**
 * The form in which remote URLs are compared (docs/spec/workspace.md, "Connection file"): without user,
 * password, `.git` and trailing slashes, host in lower case, default port dropped, `git@host:path` read
 * as ssh, and no scheme for ssh, https and http. A `file:` URL or a path becomes an absolute path.
 *
 * @param url after git's `url.*.insteadOf`
 * @param base directory from which git reads a relative path: the top of the checkout
 * @returns null for what names no place that could be compared: a transport helper (`ext::…`), control
 * characters, a backslash in a host, a relative path without a base
 */
export function normalizeRemoteUrl(url: string, base?: string): string | null {
  if (url === "" || hasControl(url)) return null;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  if (scheme === "file") return fromFileUrl(url.slice("file://".length));
  if (scheme !== undefined) return fromNetworkUrl(scheme, url.slice(scheme.length + 3));
  if (/^[A-Za-z0-9+.-]+::/.test(url)) return null;
  if (isWindowsPath(url)) return windowsPath(url);
  const scp = scpParts(url);
  if (scp !== null) return network("ssh", scp.authority, scp.path);
  return posixPath(url, base);
}

/** Whether a remote's URL is among the listed ones. What cannot be compared is never listed. */
export function isListedUrl(url: string, listed: readonly string[], base?: string): boolean {
  const wanted = normalizeRemoteUrl(url, base);
  return wanted !== null && listed.some((entry) => normalizeRemoteUrl(entry) === wanted);
}

function hasControl(text: string): boolean {
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 32 || code === 127) return true;
  }
  return false;
}

function fromFileUrl(rest: string): string | null {
  const slash = rest.indexOf("/");
  if (slash < 0) return null;
  const host = rest.slice(0, slash).toLowerCase();
  const path = rest.slice(slash);
  if (host !== "" && host !== "localhost") return windowsPath(`//${host}${path}`);
  return isWindowsPath(path.slice(1)) ? windowsPath(path.slice(1)) : posixPath(path);
}

function fromNetworkUrl(scheme: string, rest: string): string | null {
  const slash = rest.indexOf("/");
  if (slash < 0) return null;
  return network(SSH_NAMES.has(scheme) ? "ssh" : scheme, rest.slice(0, slash), rest.slice(slash));
}

/** `authority` is `[user[:password]@]host[:port]`, the user ends at the last `@`. */
function network(scheme: string, authority: string, path: string): string | null {
  // A backslash ends a host for some readers and not for others.
  if (/[\\\s]/.test(authority)) return null;
  const place = authority.slice(authority.lastIndexOf("@") + 1);
  const [, host, port] = /^(\[[0-9A-Fa-f:.%]+\]|[^[\]:]+)(?::([0-9]*))?$/.exec(place) ?? [];
  if (host === undefined || host.startsWith("-")) return null;
  const away = port === undefined || port === "" || Number(port) === Number(DEFAULT_PORTS[scheme]);
  const where = `${host.toLowerCase()}${away ? "" : `:${Number(port)}`}/${trimmed(path).replace(/^\/+/, "")}`;
  return scheme in DEFAULT_PORTS ? where : `${scheme}://${where}`;
}

/** `[user@]host:path`, with a colon before any slash; `[host:port]:path` and `[v6]:path` as git reads them. */
function scpParts(url: string): { readonly authority: string; readonly path: string } | null {
  const [, user = "", inner, bracketed] = /^([^/[\]]*@)?\[([^[\]/]+)\]:(.*)$/.exec(url) ?? [];
  if (inner !== undefined && bracketed !== undefined) {
    const isV6 = inner.slice(inner.lastIndexOf("@") + 1).split(":").length > 2;
    return { authority: `${user}${isV6 ? `[${inner}]` : inner}`, path: bracketed };
  }
  const colon = url.indexOf(":");
  const slash = url.indexOf("/");
  if (colon <= 0 || (slash >= 0 && slash < colon)) return null;
  return { authority: url.slice(0, colon), path: url.slice(colon + 1) };
}

function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:[\\/]/.test(path) || path.startsWith("\\\\");
}

function windowsPath(path: string): string | null {
  const forward = path.replaceAll("\\", "/");
  const drive = /^([A-Za-z]:)\//.exec(forward)?.[1];
  if (drive !== undefined) return trimmed(`${drive.toUpperCase()}${resolved(forward.slice(2))}`);
  const [, server, share] = /^\/\/([^/]+)(\/.*)$/.exec(forward) ?? [];
  return server === undefined || share === undefined ? null : trimmed(`//${server.toLowerCase()}${resolved(share)}`);
}

function posixPath(path: string, base?: string): string | null {
  if (path.startsWith("/")) return trimmed(resolved(path));
  if (base === undefined || path.startsWith("~")) return null;
  const from = base.replaceAll("\\", "/");
  return isWindowsPath(base) ? windowsPath(`${from}/${path}`) : posixPath(`${from}/${path}`);
}

/** An absolute path without `.`, `..` and doubled slashes. */
function resolved(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Without trailing slashes, and without the `.git` before them. */
function trimmed(path: string): string {
  return path.replace(/\/+$/, "").replace(/\.git$/, "").replace(/\/+$/, "");
}
