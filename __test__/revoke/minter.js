// A process that creates keys as fast as it can, each by a key that it knows, until every one of them is refused.
//
// It prints nothing: it sends the number of created keys every time it creates one, and its last message is why it stopped.

const { createHash, randomBytes } = require("node:crypto");
const { ApiKeyModuleService } = require("../..");

const { options, root, callers } = JSON.parse(process.argv[2]);
const service = new ApiKeyModuleService(options);
const creators = [root];
let created = 0;

const hex = () => randomBytes(32).toString("hex");
const chosen = () => `key-${hex()}`;
const one = (created_by) => ({ title: "Minted", type: Math.random() < 0.5 ? "secret" : "publishable", created_by });

const MINT = [
  async (by) => [await service.createApiKeys(one(by))],
  async (by) => [await service.createApiKeys({ ...one(by), id: chosen() })],
  (by) => service.createApiKeys([one(by), { ...one(by), id: chosen() }]),
  (by) => service.upsertApiKeys([one(by)]),
  async (by) => [(await service.ensureApiKeys({ ...one(by), type: "secret", token: `sk_${hex()}` })).key],
  async (by) => {
    const sha256 = createHash("sha256").update(hex()).digest("hex");
    return [(await service.importApiKeys({ title: "Minted", created_by: by, sha256, id: chosen() })).key];
  },
  async (by) => [(await service.rollApiKeys(by, { revoked_by: by, created_by: by })).created],
  // The successor keeps the creator, which of the root is a user.
  async (by) => (by === root ? [] : [(await service.rollApiKeys(by, { revoked_by: by })).created]),
];

/** Whether a refusal says that the creator has ended. */
const isEnd = ({ type, message }) =>
  (type === "not_allowed" && /has ended/.test(message)) || (type === "invalid_data" && /already revoked/.test(message));

async function mint() {
  while (creators.length > 0) {
    // The newest keys are the ones that a cascade may not have seen.
    const by = creators[Math.max(0, creators.length - 1 - Math.floor(Math.random() * 4))];
    try {
      const keys = await MINT[Math.floor(Math.random() * MINT.length)](by);
      creators.push(...keys.map(({ id }) => id));
      created += keys.length;
      process.send({ created });
    } catch (error) {
      if (!isEnd(error)) throw error;
      const place = creators.indexOf(by);
      if (place !== -1) creators.splice(place, 1);
    }
  }
}

Promise.all(Array.from({ length: callers }, mint))
  .then(
    () => ({ stopped: "every creator has ended" }),
    ({ type, message }) => ({ stopped: `${type}: ${message}` }),
  )
  .then((last) => process.send(last, () => service.close().then(() => process.disconnect())));
