// A process that uses a service with the rights of the user `nobody`, so that file modes apply. The parent sends calls as
// `{ method, args }`; the first argument of the process has the service's options.

const { execFileSync } = require("node:child_process");
const { ApiKeyModuleService } = require("../..");

const service = new ApiKeyModuleService(JSON.parse(process.argv[2]));

// The addon is loaded by now; the user `nobody` may be unable to read it.
if (process.getuid() === 0) {
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "nobody"])));
  process.setgroups([gid]);
  process.setgid(gid);
  process.setuid(uid);
}

process.on("message", async ({ method, args }) => {
  const came = await service[method](...args).then(
    (answer) => ({ answer }),
    ({ type, message, ...others }) => ({ failure: { type, message, names: Object.keys(others) } }),
  );
  process.send(came);
});
process.on("disconnect", () => service.close());
