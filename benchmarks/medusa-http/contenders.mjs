// The contenders: each server with a secret key and with a JWT.

import { Agent, get } from "node:http";

const PATH = "/admin/regions?limit=1";
/** Members whose values differ between databases: ids and times. */
const VARYING = /^id$|_id$|_at$/;

/** Returns the two contenders of a server. */
export function contendersOf({ module, url, jwt, secret }) {
  return [
    contender(`${module}, secret key`, url, `Basic ${Buffer.from(`${secret}:`).toString("base64")}`),
    contender(`${module}, JWT`, url, `Bearer ${jwt}`),
  ];
}

function contender(name, url, authorization) {
  const agent = new Agent({ keepAlive: true });
  return {
    name,
    questions: [null],
    ask: () => ask(`${url}${PATH}`, { agent, headers: { Authorization: authorization } }),
    isValid: ({ status }) => status === 200,
    view: ({ status, body }) => ({
      status,
      body: JSON.parse(body, (member, value) => (VARYING.test(member) ? typeof value : value)),
    }),
  };
}

function ask(url, options) {
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    }).on("error", reject);
  });
}
