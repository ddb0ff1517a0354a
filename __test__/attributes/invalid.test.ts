// Attributes in another form are rejected with a message that names the member, and nothing is written.

import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

const deep = () => {
  let value: unknown = 1;
  for (let level = 0; level < 40; level++) value = { value };
  return value;
};

const WRONG: [member: string, value: unknown][] = [
  ["scopes", "products:read"],
  ["scopes", ["products"]],
  ["scopes", ["Products:read"]],
  ["scopes", ["products:read "]],
  ["scopes", ["products:read,orders:read"]],
  ["scopes", [undefined]],
  ["scopes", Array.from({ length: 101 }, (_, n) => `a${n}:read`)],
  ["scopes", { 0: "products:read" }],
  ["owner", "seller"],
  ["owner", { type: "seller" }],
  ["owner", { id: "1" }],
  ["owner", { type: "Seller", id: "1" }],
  ["owner", { type: "seller", id: "" }],
  ["owner", { type: "seller", id: 1 }],
  ["owner", { type: "seller", id: "x".repeat(256) }],
  ["owner", { type: "seller", id: "\0" }],
  ["owner", { type: "seller", id: "1", role: "admin" }],
  ["metadata", "x"],
  ["metadata", []],
  ["metadata", { at: new Date() }],
  ["metadata", { pattern: /x/ }],
  ["metadata", { f: () => 1 }],
  ["metadata", { n: Number.NaN }],
  ["metadata", { big: 1n }],
  ["metadata", { list: [undefined] }],
  ["metadata", { text: "\0" }],
  ["metadata", { text: "\ud800" }],
  ["metadata", { map: new Map() }],
  ["metadata", { text: "x".repeat(16_384) }],
  ["metadata", deep()],
  ["allowed_ips", "10.0.0.0/8"],
  ["allowed_ips", ["10.0.0.1/8"]],
  ["allowed_ips", ["10.0.0.0/33"]],
  ["allowed_ips", ["localhost"]],
  ["allowed_ips", ["fe80::1%eth0"]],
  ["allowed_ips", [167772160]],
  ["allowed_ips", Array.from({ length: 101 }, (_, n) => `10.0.0.${n % 256}`)],
  ["purpose", "Password reset"],
  ["purpose", ""],
  ["purpose", ["password-reset"]],
];

describeOurs("An attribute in another form", (current) => {
  const refused = rejectsUnchanged(current);

  it.each(WRONG)("is rejected at creation and nothing is written: %s %j", async (member, value) => {
    const { service } = current();
    const naming = new RegExp(`\\bApiKey\\.${member}\\b`);
    await refused(() => service.createApiKeys([SECRET, { ...SECRET, [member]: value }]), naming);
    await refused(() => service.upsertApiKeys({ ...SECRET, [member]: value }), naming);
  });

  it.each(WRONG)("is rejected in an update and nothing is written: %s %j", async (member, value) => {
    const { service } = current();
    const naming = new RegExp(`\\bApiKey\\.${member}\\b`);
    const { id } = await service.createApiKeys(SECRET);
    await refused(() => service.updateApiKeys(id, { title: "New", [member]: value }), naming);
    await refused(() => service.upsertApiKeys([{ ...SECRET }, { id, title: "New", [member]: value }]), naming);
  });

  it("is also a purpose in an update, which only a creation sets", async () => {
    const { service } = current();
    const { id } = await service.createApiKeys({ ...SECRET, purpose: "reset" });
    await refused(() => service.updateApiKeys(id, { purpose: "login" }), /ApiKey\.purpose is set at creation/);
    await refused(() => service.updateApiKeys(id, { purpose: null }), /ApiKey\.purpose is set at creation/);
  });

  it.each([
    ["scopes", ["a:b"]],
    ["allowed_ips", []],
    ["owner", { type: "seller", id: "1" }],
    ["purpose", "reset"],
  ])("is also a restriction of a publishable key: %s", async (member, value) => {
    const { service } = current();
    const naming = new RegExp(`ApiKey\\.${member} restricts a key, and a publishable key has no restrictions`);
    await refused(() => service.createApiKeys({ ...PUBLISHABLE, [member]: value }), naming);
    const [secret, publishable] = await service.createApiKeys([SECRET, PUBLISHABLE]);
    if (member === "purpose") return;
    await refused(() => service.updateApiKeys(publishable.id, { [member]: value }), naming);
    await refused(() => service.updateApiKeys({ id: [secret.id, publishable.id] }, { [member]: value }), naming);
  });

  it("is also an id of a restricted key that does not begin with apk_", async () => {
    const { service } = current();
    await refused(() => service.createApiKeys({ ...SECRET, id: "mine", scopes: ["a:b"] }), /ApiKey\.id .*"apk_"/);
    await service.createApiKeys({ ...SECRET, id: "mine" });
    await refused(() => service.updateApiKeys("mine", { scopes: ["a:b"] }), /ApiKey\.id .*"apk_"/);
    await expect(service.updateApiKeys("mine", { metadata: {} })).resolves.toMatchObject({ metadata: {} });
  });

  it("is also an update without any change", async () => {
    const { service } = current();
    const { id } = await service.createApiKeys(SECRET);
    await refused(() => service.updateApiKeys(id, {}), /non-undefined value to the property title/);
    await refused(() => service.updateApiKeys(id, { scopes: undefined }), /property title/);
    await refused(() => service.updateApiKeys(id, { title: null, scopes: [] }), /non-null value to the property title/);
  });
});
