import type { Diagnosis, Encryption } from "../../diagnosis";
import { type Check, note, ok, problem } from "./check";

/** A difference of clocks that is worth knowing, and one that ends keys at the wrong time, in milliseconds. */
const CLOCK_NOTE_MS = 1_000;
const CLOCK_PROBLEM_MS = 10_000;

const ENCRYPT = "Add sslmode=verify-full to the URL, unless the network is private.";

const NAMES = { postgres: "PostgreSQL", sqlite: "SQLite" };

/** Checks the connection and the server. `now` is this machine's time when the diagnosis arrived. */
export function serverChecks({ server }: Diagnosis, allowsReplica: boolean, now: number): Check[] {
  const { database, version, location } = server;
  const connected = ok("connection", `Connected to ${location}: ${NAMES[database]} ${version}.`);
  if (database === "sqlite") {
    return [connected];
  }
  return [connected, encryption(server), pooler(server), replica(server, allowsReplica), clock(server, now)].flat();
}

function encryption({ encryption: found, pooler: mode }: Diagnosis["server"]): Check[] {
  if (found === null) {
    return [];
  }
  if (mode !== null) {
    return [behindPooler(found)];
  }
  const { local, protocol, demanded } = found;
  if (protocol !== null) {
    return [certificate(demanded, `The connection is encrypted with ${protocol}`)];
  }
  if (demanded !== "none" && demanded !== "if-offered") {
    const message = "The connection is encrypted up to a proxy in front of the server, and not from there.";
    return [note("encryption", message, "Let the proxy encrypt its connection, unless its network is private.")];
  }
  return [
    local
      ? ok("encryption", "The connection is not encrypted. It stays on this machine.")
      : note("encryption", "The connection is not encrypted.", ENCRYPT),
  ];
}

/** What a server reports behind a pooler is about the pooler's connection. */
function behindPooler({ local, protocol, demanded }: Encryption): Check {
  const message = `The pooler's connection to the server is ${protocol === null ? "not encrypted" : `encrypted with ${protocol}`}.`;
  if (!local && (demanded === "none" || demanded === "if-offered")) {
    return note("encryption", `${message} The connection to the pooler may be unencrypted, too.`, ENCRYPT);
  }
  return protocol === null
    ? note(
        "encryption",
        message,
        "Let the pooler encrypt it (PgBouncer: server_tls_sslmode), unless the network is private.",
      )
    : ok("encryption", message);
}

function certificate(demanded: Encryption["demanded"], encrypted: string): Check {
  switch (demanded) {
    case "full":
      return ok("encryption", `${encrypted}, and the server's certificate is verified.`);
    case "authority":
      return note(
        "encryption",
        `${encrypted}, and the server's certificate is verified for any host name.`,
        "Use sslmode=verify-full, which also verifies the host name.",
      );
    default:
      return note(
        "encryption",
        `${encrypted}, but the server's certificate is not verified.`,
        "Use sslmode=verify-full, with sslrootcert for a private certificate authority.",
      );
  }
}

function pooler({ pooler: mode }: Diagnosis["server"]): Check {
  switch (mode) {
    case null:
      return ok("pooler", "No pooler is in front of the server.");
    case "session":
      return ok("pooler", "A pooler in session mode is in front of the server. Everything works.");
    case "transaction":
      return note(
        "pooler",
        "A pooler is in front of the server. It is taken for one in transaction mode, so maxStaleness has no effect.",
        'If it is in session mode, set the option pooler: "session". For maxStaleness, otherwise connect to the server itself.',
      );
  }
}

function replica({ replica: isReplica, readOnly }: Diagnosis["server"], allowed: boolean): Check {
  if (isReplica && allowed) {
    return note("replica", "The server is a hot standby: answers are as old as the replica, and writes fail.");
  }
  if (isReplica) {
    return problem(
      "replica",
      "The server is a hot standby. A service rejects it, because a revoked key could be accepted.",
      "Connect to the primary, or set the option replica to accept answers as old as the replica.",
    );
  }
  if (readOnly) {
    return problem(
      "replica",
      "The session is read-only, so keys cannot be created, revoked or marked as used.",
      "Remove default_transaction_read_only from the role, the database or the URL.",
    );
  }
  return ok("replica", "The server is the primary and accepts writes.");
}

function clock({ clock: read }: Diagnosis["server"], now: number): Check[] {
  if (read === null) {
    return [];
  }
  const serverNow = read.serverMs + read.roundTripMs / 2 + read.ageMs;
  const difference = Math.round(now - serverNow);
  const distance = Math.abs(difference);
  if (distance <= CLOCK_NOTE_MS) {
    return [ok("clock", "The clocks of this machine and of the server differ by less than a second.")];
  }
  const relation = difference > 0 ? "ahead of" : "behind";
  const message = `The clock of this machine is ${(distance / 1_000).toFixed(1)} s ${relation} that of the server.`;
  const remedy = "Synchronize both with NTP: a key ends by the clock of the machine that checks it.";
  return [distance > CLOCK_PROBLEM_MS ? problem("clock", message, remedy) : note("clock", message, remedy)];
}
