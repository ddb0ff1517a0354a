import type * as Binding from "../binding";

const PACKAGE = "medusa-api-key-native";

/** The platforms that there is a package for. */
export const PLATFORMS = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm64-gnu",
  "linux-arm64-musl",
  "linux-x64-gnu",
  "linux-x64-musl",
  "win32-arm64-msvc",
  "win32-x64-msvc",
];

/** Loads the addon for this platform. If that fails, the error names the cause and what to do about it. */
export function loadBinding(): typeof Binding {
  try {
    return require("../binding");
  } catch (cause) {
    throw new Error(explanation(cause, platform(), PLATFORMS.filter(isInstalled)), { cause });
  }
}

/**
 * Explains why napi's loader failed. Its errors are linked by `cause`: one for each place where it looked.
 *
 * @param installed the platforms whose packages are installed
 */
export function explanation(failure: unknown, platform: string, installed: readonly string[]): string {
  const messages = [...messagesOf(failure)];
  const found = (pattern: RegExp) => messages.flatMap((message) => pattern.exec(message)?.slice(1) ?? [])[0];
  const subject = `${PACKAGE} cannot load its addon for ${platform}`;

  if (messages.some((message) => message.includes("loading addons is disabled"))) {
    return `${subject}: Node.js runs without the permission for addons. Start it with --allow-addons.`;
  }
  const glibc = found(/version [`'"]?GLIBC_([\d.]+)/);
  if (glibc !== undefined) {
    return `${subject}: it needs glibc ${glibc}, which is newer than this system's. Run it on a newer system.`;
  }
  const library =
    found(/([^\s:]+): cannot open shared object file/) ??
    // musl and macOS
    found(/Error loading shared library ([^\s:]+)/) ??
    found(/Library not loaded: (\S+)/);
  if (library !== undefined) {
    return `${subject}: the shared library ${library} is missing on this system. Install it.`;
  }
  if (!PLATFORMS.includes(platform)) {
    return `${subject}: there is no such package. Supported platforms: ${PLATFORMS.join(", ")}.`;
  }
  const other = messages.find((message) => !/^Cannot find (module|native binding)/.test(message));
  if (other !== undefined) return `${subject}: ${other}`;
  if (installed.length > 0 && !installed.includes(platform)) {
    return `${subject}: node_modules was installed for ${installed.join(", ")}. Install the packages on the platform where they run.`;
  }
  return (
    `${subject}: the package ${PACKAGE}-${platform} is not installed. Install without --omit=optional (or --no-optional); ` +
    "if a lock file from another platform omits it, delete the lock file and node_modules and install again. " +
    "In a checkout, run `npm run build`."
  );
}

/** The messages of an error and of its causes. The loader copies the messages of Node.js's errors, but not their codes. */
function* messagesOf(failure: unknown): Generator<string> {
  for (let error = failure; error instanceof Object && "message" in error; error = (error as Error).cause) {
    yield String(error.message);
  }
}

function isInstalled(platform: string): boolean {
  try {
    require.resolve(`${PACKAGE}-${platform}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** This platform, as in the names of the packages with the addon. */
function platform(): string {
  const suffix = process.platform === "win32" ? "-msvc" : process.platform === "linux" ? `-${linuxLibc()}` : "";
  return `${process.platform}-${process.arch}${suffix}`;
}

function linuxLibc(): "gnu" | "musl" {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? "musl" : "gnu";
}
