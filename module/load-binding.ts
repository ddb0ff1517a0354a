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
  const errors = [...chain(failure)];
  const text = (pattern: RegExp) =>
    errors.map(({ message }) => pattern.exec(message)?.[1]).find((found) => found !== undefined);
  const subject = `${PACKAGE} cannot load its addon for ${platform}`;

  if (errors.some(({ code }) => code === "ERR_DLOPEN_DISABLED")) {
    return `${subject}: Node.js runs without the permission for addons. Start it with --allow-addons.`;
  }
  const glibc = text(/version [`'"]?(GLIBC_[\d.]+)/);
  if (glibc !== undefined) {
    return `${subject}: it needs ${glibc.replace("_", " ")}, which is newer than this system's. Run it on a newer system.`;
  }
  const library = text(/([^\s:]+): cannot open shared object file/) ?? text(/Library not loaded: (\S+)/);
  if (library !== undefined) {
    return `${subject}: the shared library ${library} is missing on this system. Install it.`;
  }
  const other = errors.find(({ code }) => code !== undefined && code !== "MODULE_NOT_FOUND");
  if (other !== undefined) return `${subject}: ${other.message}`;
  if (!PLATFORMS.includes(platform)) {
    return `${subject}: there is no such package. Supported platforms: ${PLATFORMS.join(", ")}.`;
  }
  if (installed.length > 0 && !installed.includes(platform)) {
    return `${subject}: node_modules was installed for ${installed.join(", ")}. Install the packages on the platform where they run.`;
  }
  return (
    `${subject}: the package ${PACKAGE}-${platform} is not installed. Install without --omit=optional (or --no-optional); ` +
    "if a lock file from another platform omits it, delete the lock file and node_modules and install again. " +
    "In a checkout, run `npm run build`."
  );
}

interface LoadError {
  message: string;
  code?: string;
  cause?: unknown;
}

function* chain(failure: unknown): Generator<LoadError> {
  for (let error = failure; error instanceof Object && "message" in error; error = (error as LoadError).cause) {
    yield error as LoadError;
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
