// What an error says when the addon cannot be loaded. `npm run install-matrix` provokes the same failures with installed packages.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { explanation, PLATFORMS } from "../../module/load-binding";

const absent = (name: string) => new Error(`Cannot find module '${name}'`);

/** What napi's loader throws after these failures: it copies their messages, and not their codes. */
function thrown(...failures: Error[]): Error {
  const chained = failures.reduce<Error | undefined>((cause, { message }) => new Error(message, { cause }), undefined);
  return new Error("Cannot find native binding.", { cause: chained });
}

const explain = (failure: Error, platform = "linux-x64-gnu", installed = [platform]) =>
  explanation(thrown(absent("./medusa-api-key-native.node"), failure), platform, installed);

describe("The error of an addon that cannot be loaded", () => {
  it("names the missing package after an installation without optional dependencies", () => {
    const text = explain(absent("medusa-api-key-native-linux-x64-gnu"), "linux-x64-gnu", []);
    expect(text).toContain("the package medusa-api-key-native-linux-x64-gnu is not installed");
    expect(text).toContain("--omit=optional");
  });

  it("names both platforms if node_modules comes from another one", () => {
    const text = explain(absent("medusa-api-key-native-linux-x64-gnu"), "linux-x64-gnu", ["darwin-arm64"]);
    expect(text).toContain("cannot load its addon for linux-x64-gnu: node_modules was installed for darwin-arm64");
  });

  it("lists the platforms on one that has no package", () => {
    expect(explain(absent("x"), "freebsd-x64", [])).toContain(`Supported platforms: ${PLATFORMS.join(", ")}`);
  });

  it("names a shared library that is missing on Linux", () => {
    const text = explain(new Error("libdl.so.2: cannot open shared object file: No such file or directory"));
    expect(text).toContain("the shared library libdl.so.2 is missing");
  });

  it("names a shared library that is missing on a Linux with musl", () => {
    const text = explain(
      new Error("Error loading shared library libgcc_s.so.1: No such file or directory (needed by x)"),
    );
    expect(text).toContain("the shared library libgcc_s.so.1 is missing");
  });

  it("names a shared library that is missing on macOS", () => {
    const text = explain(
      new Error("dlopen(/app/x.node, 0x0001): Library not loaded: /usr/lib/libz.1.dylib"),
      "darwin-arm64",
    );
    expect(text).toContain("the shared library /usr/lib/libz.1.dylib is missing");
  });

  it("names the version of glibc that the system lacks", () => {
    const text = explain(new Error("/lib/libc.so.6: version `GLIBC_2.17' not found (required by /app/x.node)"));
    expect(text).toContain("it needs glibc 2.17");
  });

  it("names the permission that Node.js lacks", () => {
    const disabled = "Cannot load native addon because loading addons is disabled.";
    expect(explain(new Error(disabled))).toContain("Start it with --allow-addons");
  });

  it("repeats the message of any other failure of the linker", () => {
    expect(explain(new Error("/app/x.node: invalid ELF header"))).toContain("/app/x.node: invalid ELF header");
  });

  it("covers each platform that has a package in npm/", () => {
    expect(PLATFORMS).toEqual(readdirSync(join(__dirname, "../../npm")).sort());
  });
});
