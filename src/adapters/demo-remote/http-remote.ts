import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createGunzip } from "node:zlib";
import { HxError } from "../../domain/errors.ts";

export interface DemoRemoteOptions {
  /** The folder of bare repositories that is served. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Git's own smart HTTP server, on this machine only. */
export interface DemoRemote {
  /** Without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves bare repositories over smart HTTP by `git http-backend` (gitprotocol-http), on a free port of 127.0.0.1.
 * Anybody on this machine may push: it is for the demo, and for nothing else.
 * @throws HxError `io-failed` when no port can be had
 */
export async function startDemoRemote(options: DemoRemoteOptions): Promise<DemoRemote> {
  const server = createServer((request, response) => serve(options, request, response));
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (cause) => reject(new HxError("io-failed", "no port of '127.0.0.1' can be opened", { cause })));
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serve({ directory, env }: DemoRemoteOptions, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const child = spawn("git", ["http-backend"], {
    cwd: directory,
    env: {
      ...env,
      GIT_PROJECT_ROOT: directory,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method ?? "GET",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "demo",
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.on("error", () => response.writeHead(500).end());
  child.stdin.on("error", () => undefined);
  const body = request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
  body.on("error", () => child.stdin.destroy());
  body.pipe(child.stdin);
  answer(child.stdout, response);
}

/** CGI (RFC 3875, section 6): header lines, an empty line, the body. */
function answer(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head: Buffer | null = Buffer.alloc(0);
  output.on("data", (chunk: Buffer) => {
    if (head === null) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    writeHead(response, head.subarray(0, end).toString("latin1"));
    response.write(head.subarray(end + 4));
    head = null;
  });
  output.on("end", () => response.end());
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
