// A TCP relay before a server, which can stop passing bytes on without a word, or pass on late what the server sends to listeners.

const { once } = require("node:events");
const { connect, createServer } = require("node:net");

class Relay {
  /**
   * Starts a relay before the server at `url`.
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
    /** The server's address through the relay. */
    this.url = "";
    /** By how many milliseconds a connection lags that has sent LISTEN. */
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

  /** From now on nothing passes, in either direction; new connections are made and stay silent as well. */
  cut() {
    this.isCut = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Everything passes again. */
  heal() {
    this.isCut = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** New connections work; those that stand stay silent for ever. */
  healForNewConnections() {
    this.isCut = false;
  }

  /** Breaks all connections. */
  async stop() {
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

module.exports = { Relay };
