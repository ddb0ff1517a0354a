// Certificates that nobody but a test trusts, made by the program `openssl`.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Identity } from "../support/proxy";

/** Whether the program is there. */
export const opensslIsInstalled = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** An authority of its own and a certificate that it gave to a server. */
export interface Authority {
  ca: string;
  identity: Identity;
}

/** Makes an authority and a certificate for `names`, as openssl writes them: `IP:127.0.0.1`, `DNS:localhost`. */
export function certify(names: string): Authority {
  return inDirectory((path, openssl) => {
    const key = ["-newkey", "rsa:2048", "-nodes"];
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      path("ca.key"),
      "-out",
      path("ca.pem"),
      "-days",
      "2",
      "-subj",
      "/CN=An authority",
    );
    openssl("req", ...key, "-keyout", path("key"), "-out", path("request"), "-subj", "/CN=A server");
    writeFileSync(path("extensions"), `subjectAltName=${names}\nbasicConstraints=CA:FALSE\n`);
    const signed = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial", "-extfile", path("extensions")];
    openssl("x509", "-req", "-in", path("request"), "-out", path("cert"), "-days", "2", ...signed);
    return { ca: read(path("ca.pem")), identity: { key: read(path("key")), cert: read(path("cert")) } };
  });
}

/** Makes a certificate that signs itself, so that it is its own authority. */
export function selfSign(names: string): Authority {
  return inDirectory((path, openssl) => {
    openssl(
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path("key"), "-out", path("cert"), "-days", "2"],
      ...["-subj", "/CN=A server", "-addext", `subjectAltName=${names}`, "-addext", "basicConstraints=CA:FALSE"],
    );
    const identity = { key: read(path("key")), cert: read(path("cert")) };
    return { ca: identity.cert, identity };
  });
}

const read = (path: string) => readFileSync(path, "utf8");

function inDirectory(
  make: (path: (name: string) => string, openssl: (...args: string[]) => void) => Authority,
): Authority {
  const directory = mkdtempSync(join(tmpdir(), "medusa-api-key-native-tls-"));
  try {
    return make(
      (name) => join(directory, name),
      (...args) => void execFileSync("openssl", args, { stdio: "pipe" }),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}
