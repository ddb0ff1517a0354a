// A TCP relay in front of a server. It can silently stop forwarding, or delay what the server sends to connections that LISTEN.

const { once } = require("node:events");
const { connect, createServer } = require("node:net");

class Relay {
  /**
   * Starts a relay in front of the server at `url`.
   * @param {string} url
   * @returns {Promise<Relay>}
   */
  static async start(url) {
    const relay = new Relay(new URL(url));
    relay.server.listen(0, "127.0.0.1");
    await once(relay.server, "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (relay.server.address());
    const through = new URL(url);
    through.host = `127.0.0.1:${port}`;
    relay.url = through.href;
    return relay;
  }

  /** @param {URL} target */
  constructor(target) {
    /** The server's URL through the relay. */
    this.url = "";
    /** The delay in milliseconds of what the server sends to a connection that has sent LISTEN. */
    this.listenersLagMs = 0;
    /** @type {Set<import("node:net").Socket>} */
    this.sockets = new Set();
    this.isCut = false;
    this.server = createServer((client) => this.pass(client, connect(Number(target.port), target.hostname)));
  }

  /**
   * @param {import("node:net").Socket} client
   * @param {import("node:net").Socket} server
   */
  pass(client, server) {
    let listens = false;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      if (!from || !to) continue;
      this.sockets.add(from);
      if (this.isCut) from.pause();
      from.setNoDelay(true);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.on("data", (bytes) => {
        if (from === client && bytes.includes("LISTEN ")) listens = true;
        if (from === server && listens && this.listenersLagMs > 0) {
          setTimeout(() => to.write(bytes), this.listenersLagMs).unref();
        } else {
          to.write(bytes);
        }
      });
    }
  }

  /** Stops forwarding in both directions; new connections are accepted and stay silent as well. */
  cut() {
    this.isCut = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Forwards everything again. */
  heal() {
    this.isCut = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** Forwards new connections; existing ones stay silent forever. */
  healForNewConnections() {
    this.isCut = false;
  }

  /** Stops the relay and closes all connections. */
  async stop() {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

module.exports = { Relay };
