// A process with a service of its own that carries out the calls that its parent sends.

const { ApiKeyModuleService } = require("../..");

const service = new ApiKeyModuleService(JSON.parse(process.argv[2]));

process.on("message", ({ number, method, calls }) => {
  for (const [index, args] of calls.entries()) {
    service[method](...args).then(
      (value) => process.send({ number, index, value }),
      ({ message, type, outcome }) => process.send({ number, index, failure: { message, type, outcome } }),
    );
  }
});
process.on("disconnect", () => void service.close());

// The connection is open before the first call, so that the calls of several processes begin together.
service.listApiKeys({}, { take: 1 }).then(
  () => process.send({ ready: true }),
  ({ message }) => process.send({ ready: false, message }),
);
