// A network that can be cut: a Linux network namespace behind a pair of virtual devices. Packets that it drops are dropped without a
// word, as by a firewall or a pulled cable far away.

const { execFileSync } = require("node:child_process");
const { randomInt } = require("node:crypto");

const RULES = "iptables -w";

class Network {
  /** Makes one; needs root (see programs.js). */
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
    /** Where a server inside can be reached. */
    this.address = address;
    /** What a command line begins with to run inside. */
    this.enter = ["ip", "netns", "exec", name];
  }

  /** From now on no packet passes, in either direction. */
  cut() {
    this.rules(`${RULES} -F`, `${RULES} -A INPUT ! -i lo -j DROP`, `${RULES} -A OUTPUT ! -o lo -j DROP`);
  }

  /** From now on packets reach the server, and none comes back. */
  cutAnswers() {
    this.rules(`${RULES} -F`, `${RULES} -A OUTPUT ! -o lo -j DROP`);
  }

  /** Packets pass again, those of connections that stood before as well. */
  heal() {
    this.rules(`${RULES} -F`);
  }

  /** Packets of new connections pass; those of connections that stand now never will, as by a firewall that lost its state. */
  healForNewConnections() {
    const ports = this.clientPorts();
    const drops = ports.flatMap((port) => [
      `${RULES} -A INPUT -p tcp --sport ${port} -j DROP`,
      `${RULES} -A OUTPUT -p tcp --dport ${port} -j DROP`,
    ]);
    this.rules(`${RULES} -F`, ...drops);
  }

  /** The ports from which clients are connected. */
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

  /** Removes it; what still runs inside goes on in no network. */
  remove() {
    run("ip", ["netns", "del", this.name]);
  }
}

/** Removes the networks of processes that are gone: a killed process removes none. */
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
