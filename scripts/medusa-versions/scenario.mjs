// What a merchant and a storefront do with API keys. The requests exist in every version of Medusa 2.

export const USER = { email: "ada@example.com", password: "correct horse battery" };

const PROTECTED = "/admin/regions?limit=1";
const STORE = "/store/regions?limit=1";
const basic = (token) => `Basic ${Buffer.from(`${token}:`).toString("base64")}`;

/** Creates, uses, changes and ends keys. Returns the token of a secret and of a publishable key that remain. */
export async function scenario(requests) {
  const authorization = await logIn(requests);
  const admin = (status, name, method, path, body) =>
    requests.send(status, name, method, `/admin/api-keys${path}`, { authorization, body });
  const create = async (title, type) => (await admin(200, `create ${title}`, "POST", "", { title, type })).api_key;

  const secret = await create("Warehouse", "secret");
  const publishable = await create("Web", "publishable");
  await admin(400, "create without a type", "POST", "", { title: "No type" });
  await secretKey(requests, 200, "secret", secret.token);
  await secretKey(requests, 401, "forged", forged(secret.token));
  await secretKey(requests, 401, "publishable as secret", publishable.token);

  await admin(200, "retrieve", "GET", `/${secret.id}`);
  await admin(404, "retrieve an unknown key", "GET", "/apk_01JD0000000000000000000000");
  await admin(200, "list by title", "GET", "?title=Warehouse");
  await admin(200, "list by search", "GET", "?q=ware&fields=id,title,redacted");
  await admin(200, "list in order", "GET", "?type=publishable&title[]=Web&order=-title&limit=5");
  await admin(200, "update", "POST", `/${publishable.id}`, { title: "Storefront" });

  const channel = (
    await requests.send(200, "create a sales channel", "POST", "/admin/sales-channels", {
      authorization,
      body: { name: "Web" },
    })
  ).sales_channel;
  await admin(200, "link a sales channel", "POST", `/${publishable.id}/sales-channels`, { add: [channel.id] });
  await admin(200, "retrieve with sales channels", "GET", `/${publishable.id}?fields=id,title,*sales_channels`);
  await store(requests, 200, "publishable", publishable.token);
  await store(requests, 400, "no key", undefined);
  await store(requests, 400, "unknown key", forged(publishable.token));
  await store(requests, 400, "a secret key", secret.token);

  const ended = await create("Ended", "publishable");
  await store(requests, 200, "before its revocation", ended.token);
  await admin(400, "delete before its revocation", "DELETE", `/${ended.id}`);
  await admin(200, "revoke", "POST", `/${ended.id}/revoke`, {});
  await store(requests, 400, "revoked", ended.token);
  await admin(200, "delete", "DELETE", `/${ended.id}`);
  await admin(404, "retrieve a deleted key", "GET", `/${ended.id}`);
  return { secret: secret.token, publishable: publishable.token };
}

/** Uses the keys of another module's time. */
export async function afterSwitching(requests, kept) {
  await secretKey(requests, 200, "a kept secret key", kept.secret);
  await store(requests, 200, "a kept publishable key", kept.publishable);
  await secretKey(requests, 401, "forged", forged(kept.secret));
  const authorization = await logIn(requests);
  await requests.send(200, "list kept keys", "GET", "/admin/api-keys?title=Warehouse", { authorization });
}

async function logIn(requests) {
  const { token } = await requests.send(200, "log in", "POST", "/auth/user/emailpass", { body: USER });
  return `Bearer ${token}`;
}

function secretKey(requests, status, name, token) {
  return requests.send(status, `Admin with ${name}`, "GET", PROTECTED, { authorization: basic(token) });
}

function store(requests, status, name, publishable) {
  return requests.send(status, `store with ${name}`, "GET", STORE, { publishable });
}

function forged(token) {
  const middle = token[20] === "0" ? "1" : "0";
  return token.slice(0, 20) + middle + token.slice(21);
}
