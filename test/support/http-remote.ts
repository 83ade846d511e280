import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createGunzip } from "node:zlib";
import type { Sandbox } from "./sandbox.ts";

export interface HttpRemoteOptions {
  readonly objectFormat?: "sha1" | "sha256";
  /** `uploadpack.allowFilter`; true when absent. */
  readonly allowFilter?: boolean;
  /** The only name and password that are let in, as `name:password`. */
  readonly basicAuth?: string;
  /** The server has no `receive-pack`. */
  readonly denyPushes?: boolean;
}

/** What goes wrong from now on. */
export interface Faults {
  /** The connection of the next answers of this service ends after so many bytes of body. */
  dropAfterBytes?: { readonly service: "git-upload-pack" | "git-receive-pack"; readonly bytes: number } | undefined;
  /** Pushes are taken, and the connection ends without an answer. */
  loseAcknowledgement?: boolean;
  /** Requests are taken and never answered. */
  hang?: boolean;
}

/** A smart HTTP server on this machine around `git http-backend`, with `fsckObjects` on. */
export interface HttpRemote {
  readonly url: string;
  /** The bare repository behind it. */
  readonly directory: string;
  readonly faults: Faults;
  /** One entry a request: method and path with query. */
  readonly requests: readonly string[];
  /** Values of the header of all requests, in order. */
  header(name: string): readonly string[];
  /** Bytes of bodies since the last reset. */
  traffic(): { readonly received: number; readonly sent: number };
  reset(): void;
  close(): Promise<void>;
}

export async function startHttpRemote(sandbox: Sandbox, options: HttpRemoteOptions = {}): Promise<HttpRemote> {
  const name = `http-${Math.random().toString(36).slice(2, 10)}.git`;
  const directory = await sandbox.makeRepo({ name, bare: true, objectFormat: options.objectFormat ?? "sha1" });
  const config: readonly (readonly [string, string])[] = [
    ["http.receivepack", String(options.denyPushes !== true)],
    ["receive.fsckObjects", "true"],
    ["transfer.fsckObjects", "true"],
    ["uploadpack.allowFilter", String(options.allowFilter !== false)],
    ["gc.auto", "0"],
  ];
  for (const [key, value] of config) await sandbox.git(directory, "config", key, value);

  const faults: Faults = {};
  const requests: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const count = { received: 0, sent: 0 };
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    if (faults.hang === true) return;
    if (options.basicAuth !== undefined && request.headers.authorization !== basic(options.basicAuth)) {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="hx test"' }).end();
      return;
    }
    serve(sandbox, request, response, faults, count);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${name}`,
    directory,
    faults,
    requests,
    header: (wanted) => headers.flatMap((one) => one[wanted.toLowerCase()] ?? []),
    traffic: () => ({ ...count }),
    reset() {
      requests.length = 0;
      headers.length = 0;
      Object.assign(count, { received: 0, sent: 0 });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function basic(namePassword: string): string {
  return `Basic ${Buffer.from(namePassword).toString("base64")}`;
}

function serve(
  sandbox: Sandbox,
  request: IncomingMessage,
  response: ServerResponse,
  faults: Faults,
  count: { received: number; sent: number },
): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const service = url.searchParams.get("service") ?? url.pathname.split("/").at(-1);
  const isPush = request.method === "POST" && service === "git-receive-pack";
  const child = spawn("git", ["http-backend"], {
    cwd: sandbox.root,
    env: {
      ...sandbox.env,
      GIT_PROJECT_ROOT: sandbox.root,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method ?? "GET",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "ann",
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  request.on("data", (chunk: Buffer) => (count.received += chunk.length));
  const body = request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
  body.on("error", () => child.stdin.destroy());
  body.pipe(child.stdin);

  let head: Buffer | null = Buffer.alloc(0);
  let sent = 0;
  const send = (chunk: Buffer): void => {
    const drop = faults.dropAfterBytes;
    const limit = drop !== undefined && request.method === "POST" && drop.service === service ? drop.bytes : Infinity;
    const piece = chunk.subarray(0, Math.max(0, limit - sent));
    sent += piece.length;
    count.sent += piece.length;
    response.write(piece);
    if (piece.length < chunk.length) setImmediate(() => request.socket.destroy());
  };
  child.stdout.on("data", (chunk: Buffer) => {
    if (isPush && faults.loseAcknowledgement === true) return;
    if (head === null) return send(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    writeHead(response, head.subarray(0, end).toString("latin1"));
    const rest = head.subarray(end + 4);
    head = null;
    if (rest.length > 0) send(rest);
  });
  child.on("close", () => {
    if (isPush && faults.loseAcknowledgement === true) request.socket.destroy();
    else response.end();
  });
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200;
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status);
}
