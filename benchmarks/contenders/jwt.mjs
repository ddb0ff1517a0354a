// JSON Web Tokens that stand for keys, and libraries that verify them. A verified token proves that it was issued: it stays valid until
// its `exp`, because no row is read that could be revoked.

import { createSecretKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { createSigner, createVerifier } from "fast-jwt";
import jsonwebtoken from "jsonwebtoken";

const LIFETIME_MS = 24 * 60 * 60 * 1_000;

/**
 * Returns `issue(id)`, which returns tokens `{ hs256, eddsa }`, and `verify`: per library, a function that returns the claims of a token, or
 * `false`. A cache holds `count` tokens.
 */
export function openJwt(count) {
  const secret = randomBytes(32);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const sign = {
    hs256: createSigner({ key: secret, algorithm: "HS256", expiresIn: LIFETIME_MS }),
    eddsa: createSigner({ key: privateKey, algorithm: "EdDSA", expiresIn: LIFETIME_MS }),
  };
  // jsonwebtoken converts any other kind of secret in each call.
  const secretKey = createSecretKey(secret);
  const fastJwt = (algorithm, key, cache) => orFalse(createVerifier({ key, algorithms: [algorithm], cache }));
  return {
    issue: (sub) => ({ hs256: sign.hs256({ sub }), eddsa: sign.eddsa({ sub }) }),
    verify: {
      hs256: fastJwt("HS256", secret, false),
      hs256Cached: fastJwt("HS256", secret, count),
      eddsa: fastJwt("EdDSA", publicKey, false),
      eddsaCached: fastJwt("EdDSA", publicKey, count),
      jsonwebtoken: orFalse((token) => jsonwebtoken.verify(token, secretKey, { algorithms: ["HS256"] })),
    },
  };
}

// Both libraries throw for a token that they reject.
function orFalse(verify) {
  return (token) => {
    try {
      return verify(token);
    } catch {
      return false;
    }
  };
}
