// Wrappers that make a service break one guarantee each. The oracle must catch every one: see __test__/faults/command.test.ts.

/** @typedef {any} Service */

const REJECTION = "The connection was lost.";

/**
 * The methods that each layer replaces, by the name of the broken guarantee.
 * @type {Record<string, (service: Service, limits: { deadlineMs: number, slackMs: number }) => Partial<Service>>}
 */
const BROKEN_GUARANTEES = {
  /** A cache that is never invalidated. */
  "stale-cache": (service) => {
    const accepted = new Map();
    return {
      authenticate: async (/** @type {string} */ token) => {
        if (!accepted.has(token)) {
          const key = await service.authenticate(token);
          if (key === false) return false;
          accepted.set(token, key);
        }
        return accepted.get(token);
      },
    };
  },
  /** Every hundredth call exceeds its deadline. */
  "no-deadline": (service, { deadlineMs, slackMs }) => {
    let count = 0;
    return {
      authenticate: async (/** @type {string} */ token) => {
        count += 1;
        if (count % 100 === 0) await new Promise((resolve) => setTimeout(resolve, deadlineMs + slackMs + 500));
        return service.authenticate(token);
      },
    };
  },
  /** Every third revocation is acknowledged and never written. */
  "lost-write": (service) => {
    let count = 0;
    return {
      revoke: async (/** @type {string} */ id, /** @type {object} */ data) => {
        count += 1;
        if (count % 3 === 0) return { id };
        return service.revoke(id, data);
      },
    };
  },
  /** Every third roll revokes the old key in its own transaction and fails before it creates the new one. */
  "half-roll": (service) => {
    let count = 0;
    return {
      rollApiKeys: async (/** @type {string} */ id, /** @type {object} */ data) => {
        count += 1;
        if (count % 3 !== 0) return service.rollApiKeys(id, data);
        await service.revoke(id, { revoked_by: "half" });
        throw Object.assign(new Error(REJECTION), { outcome: "unknown" });
      },
    };
  },
  /** Every third creation rejects after its commit. */
  "rejected-and-written": (service) => {
    let count = 0;
    return {
      createApiKeys: async (/** @type {object} */ data) => {
        const key = await service.createApiKeys(data);
        count += 1;
        if (count % 3 === 0) throw new Error(REJECTION);
        return key;
      },
    };
  },
  /** After one second the service fails until it is restarted. */
  "no-recovery": (service) => {
    const ends = performance.now() + 1_000;
    return {
      authenticate: async (/** @type {string} */ token) => {
        if (performance.now() > ends) throw new Error(REJECTION);
        return service.authenticate(token);
      },
    };
  },
  /** Every hundredth call rejects a live key. */
  "refused-at-random": (service) => {
    let count = 0;
    return {
      authenticate: async (/** @type {string} */ token) => {
        count += 1;
        return count % 100 === 0 ? false : service.authenticate(token);
      },
    };
  },
};

/**
 * Returns the service, wrapped to break the named guarantee if one is given.
 * @param {Service} service
 * @param {string | undefined} name
 * @param {{ deadlineMs: number, slackMs: number }} limits
 */
function layered(service, name, limits) {
  const layer = name === undefined ? undefined : BROKEN_GUARANTEES[name];
  if (!layer) return service;
  const replaced = /** @type {Record<string | symbol, unknown>} */ (layer(service, limits));
  return new Proxy(service, {
    get: (target, member) => {
      if (replaced[member]) return replaced[member];
      const own = target[member];
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}

const LAYERS = Object.keys(BROKEN_GUARANTEES);

module.exports = { LAYERS, layered };
