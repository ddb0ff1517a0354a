// A network that can be cut: a Linux network namespace behind a pair of virtual devices. It drops packets silently, as a firewall or a
// cable pulled far away does.

const { execFileSync } = require("node:child_process");
const { randomInt } = require("node:crypto");

const RULES = "iptables -w";

class Network {
  /** Creates a network; needs root (see programs.js). */
  static create() {
    removeAbandoned();
    const number = randomInt(1, 250);
    const name = `ak${process.pid}-${number}`;
    const subnet = `10.213.${number}`;
    const [host, inner] = [`akh${number}`, `aks${number}`];
    run("ip", ["netns", "add", name]);
    try {
      run("ip", ["link", "add", host, "type", "veth", "peer", "name", inner, "netns", name]);
      run("ip", ["addr", "add", `${subnet}.1/30`, "dev", host]);
      run("ip", ["link", "set", host, "up"]);
      run("ip", ["-n", name, "addr", "add", `${subnet}.2/30`, "dev", inner]);
      run("ip", ["-n", name, "link", "set", inner, "up"]);
      run("ip", ["-n", name, "link", "set", "lo", "up"]);
    } catch (error) {
      run("ip", ["netns", "del", name]);
      throw error;
    }
    return new Network(name, `${subnet}.2`);
  }

  /**
   * @param {string} name
   * @param {string} address
   */
  constructor(name, address) {
    this.name = name;
    /** The address of a server inside the network. */
    this.address = address;
    /** The prefix of a command line that runs inside the network. */
    this.enter = ["ip", "netns", "exec", name];
  }

  /** Drops all packets in both directions. */
  cut() {
    this.rules(`${RULES} -F`, `${RULES} -A INPUT ! -i lo -j DROP`, `${RULES} -A OUTPUT ! -o lo -j DROP`);
  }

  /** Passes packets to the server and drops those that it sends. */
  cutReplies() {
    this.rules(`${RULES} -F`, `${RULES} -A OUTPUT ! -o lo -j DROP`);
  }

  /** Passes all packets again, including those of connections that existed before. */
  heal() {
    this.rules(`${RULES} -F`);
  }

  /** Passes packets of new connections; drops those of existing connections forever, as a firewall that lost its state does. */
  healForNewConnections() {
    const ports = this.clientPorts();
    const drops = ports.flatMap((port) => [
      `${RULES} -A INPUT -p tcp --sport ${port} -j DROP`,
      `${RULES} -A OUTPUT -p tcp --dport ${port} -j DROP`,
    ]);
    this.rules(`${RULES} -F`, ...drops);
  }

  /** Returns the local ports of connected clients. */
  clientPorts() {
    const connections = execFileSync("ip", ["netns", "exec", this.name, "ss", "-tnH", "state", "connected"], {
      encoding: "utf8",
    });
    const ports = [...connections.matchAll(/\s10\.213\.\d+\.1:(\d+)/g)].map((match) => Number(match[1]));
    return [...new Set(ports)];
  }

  /** @param {string[]} commands */
  rules(...commands) {
    run("ip", ["netns", "exec", this.name, "sh", "-ec", commands.join("\n")]);
  }

  /** Removes the network; programs still running inside have no network afterwards. */
  remove() {
    run("ip", ["netns", "del", this.name]);
  }
}

/** Removes the networks of processes that no longer exist: a killed process does not remove its own. */
function removeAbandoned() {
  const names = execFileSync("ip", ["netns", "list"], { encoding: "utf8" }).match(/^ak\d+-\d+/gm) ?? [];
  for (const name of names) {
    const pid = Number(/\d+/.exec(name)?.[0]);
    try {
      process.kill(pid, 0);
    } catch {
      run("ip", ["netns", "del", name]);
    }
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });
}

module.exports = { Network };
