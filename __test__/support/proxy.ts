// A way to PostgreSQL that a test controls.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { NotificationFilter } from "./notification-filter";

/** PostgreSQL's request for encryption: eight bytes, the last four of which are its code. */
const SSL_REQUEST_CODE = 80_877_103;

/** How a server that encrypts identifies itself, in PEM. */
export interface Identity {
  key: string;
  cert: string;
}

/** A running proxy. */
export interface RunningProxy {
  /** The database's URL with the proxy's address in it. */
  url: string;
  port: number;
  /** How many clients began a session with the database, encrypted and not. */
  sessions: { encrypted: number; plain: number };
  /** Passes nothing on any more, without a word to either side. */
  swallow(): void;
  /** Passes nothing on any more on connections that sent LISTEN, without a word to either side. */
  swallowListeners(): void;
  /** Whether notifications are left out of what the server says, as a pooler in transaction mode does. */
  deaf: boolean;
  /** Whether sessions that begin with settings are refused, as by PgBouncer. */
  takesNoSettings: boolean;
  /** How many sessions were refused for that. */
  refused: number;
  /** How often a client set something in its session. */
  settings: number;
  /** Breaks all connections and stops listening. */
  stop(): Promise<void>;
}

/** What the proxy answers to a request for encryption. Without one it lets plain sessions pass as they are. */
type Encryption = { identity: Identity } | "refused" | "never answered";

/** Starts a proxy before the database at `url`. `port` is any free one unless given. */
export async function startProxy(url: string, encryption: Encryption, port = 0): Promise<RunningProxy> {
  const sockets = new Set<Socket>();
  const listeners = new Set<Socket>();
  const sessions = { encrypted: 0, plain: 0 };
  const target = new URL(url);
  const begin = (socket: Socket, startup: Buffer) => {
    if (proxy.takesNoSettings && startup.includes("\0options\0")) {
      proxy.refused += 1;
      return void socket.end(unsupported("options"));
    }
    sessions.plain += 1;
    socket.unshift(startup);
    toDatabase(socket);
  };
  const toDatabase = (socket: Socket) => {
    const database = connect(Number(target.port), target.hostname);
    sockets.add(database);
    for (const [from, to] of [
      [socket, database],
      [database, socket],
    ] as const) {
      from.on("error", () => to.destroy()).on("close", () => to.destroy());
    }
    socket.on("data", (said: Buffer) => {
      if (said.includes("LISTEN ")) listeners.add(socket).add(database);
      // What is SET LOCAL ends with its transaction.
      if (/SET (?!LOCAL)/.test(said.toString("latin1"))) proxy.settings += 1;
    });
    socket
      .pipe(database)
      .pipe(new NotificationFilter(() => proxy.deaf))
      .pipe(socket);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    if (encryption === "never answered") return void socket.resume();
    socket.once("data", (first) => {
      socket.pause();
      if (first.length !== 8 || first.readUInt32BE(4) !== SSL_REQUEST_CODE) {
        begin(socket, first);
      } else if (encryption === "refused") {
        socket.write("N");
        socket.once("data", (next) => begin(socket.pause(), next));
        socket.resume();
      } else {
        socket.write("S");
        const secure = new TLSSocket(socket, { isServer: true, ...encryption.identity });
        secure
          .on("error", () => socket.destroy())
          .once("secure", () => {
            sessions.encrypted += 1;
            toDatabase(secure);
          });
      }
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const listening = (server.address() as AddressInfo).port;
  const through = new URL(url);
  through.host = `127.0.0.1:${listening}`;
  const silence = (silenced: Set<Socket>) => {
    for (const socket of silenced) socket.unpipe().pause();
  };
  const proxy: RunningProxy = {
    url: through.href,
    port: listening,
    sessions,
    deaf: false,
    takesNoSettings: false,
    refused: 0,
    settings: 0,
    swallow: () => silence(sockets),
    swallowListeners: () => silence(listeners),
    stop: () => stop(server, sockets),
  };
  return proxy;
}

/** PgBouncer's answer to a session that begins with a parameter which it does not know. */
function unsupported(parameter: string): Buffer {
  const fields = `SFATAL\0C08P01\0Munsupported startup parameter: ${parameter}\0\0`;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(length.length + fields.length);
  return Buffer.concat([Buffer.from("E"), length, Buffer.from(fields)]);
}

/** A port on which no server listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await stop(server, new Set());
  return port;
}

async function stop(server: Server, sockets: Set<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
