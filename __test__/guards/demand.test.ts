// The scopes that a request to the Admin API needs, by its method and path.

import { demandedScopes } from "../../dist/guards/medusa/demand";

const of = (method: string, url: string, seen = url) => {
  const [, root = "", ...rest] = (seen.split("?")[0] as string).split("/");
  return demandedScopes({ method, originalUrl: url, baseUrl: `/${root}`, path: `/${rest.join("/")}` });
};

describe("The scope of a request to the Admin API", () => {
  it.each([
    ["GET", "/admin/products", "products:read"],
    ["HEAD", "/admin/products/prod_1", "products:read"],
    ["POST", "/admin/products", "products:write"],
    ["PUT", "/admin/products", "products:write"],
    ["PATCH", "/admin/products", "products:write"],
    ["DELETE", "/admin/products/prod_1/variants/v", "products:write"],
    ["OPTIONS", "/admin/products", "products:write"],
    ["PROPFIND", "/admin/products", "products:write"],
    ["get", "/admin/products", "products:write"],
    ["GET", "/admin/products?resource=users", "products:read"],
    ["GET", "/admin/products/?/users", "products:read"],
    ["GET", "/admin/products/", "products:read"],
    ["GET", "/admin/products//x", "products:read"],
    ["GET", "/ADMIN/Products", "products:read"],
    ["GET", "/admin/api-keys/x", "api-keys:read"],
    ["GET", "/admin/my_things.v2", "my_things.v2:read"],
  ])("of %s %s is %s", (method, url, scope) => {
    expect(of(method, url)).toEqual([scope]);
  });

  it.each([
    ["GET", "/admin/invites", "invites:write"],
    ["HEAD", "/admin/Invites/invite_1", "invites:write"],
    ["POST", "/admin/invites/invite_1/resend", "invites:write"],
    ["GET", "/admin/notifications", "notifications:write"],
    ["GET", "/admin/workflows-executions", "*:*"],
    ["GET", "/admin/workflows-executions/create-invites/subscribe", "*:*"],
    ["POST", "/admin/workflows-executions/create-user-account/run", "*:*"],
    ["DELETE", "/admin/Workflows-Executions/x", "*:*"],
  ])("of %s %s, by which an admin could be made, is %s", (method, url, scope) => {
    expect(of(method, url)).toEqual([scope]);
  });

  it.each([
    "fields=invites_link.invite.token",
    "fields=id,%2Brbac_roles.%69nvites_link.*",
    "limit=1&fields[]=rbac_roles.INVITES_link.invite",
    "fields%5B0%5D=invites_link.invite.*",
    "x=?&%66ields=invites_link",
  ])("includes that for invitations where the request selects them: ?%s", (query) => {
    expect(of("GET", `/admin/rbac/roles?${query}`)).toEqual(["rbac:read", "invites:write"]);
    expect(of("GET", `/admin/invites?${query}`)).toEqual(["invites:write"]);
  });

  it.each(["q=invite", "fields=id,title", "invite=fields", ""])("is not changed by ?%s", (query) => {
    expect(of("GET", `/admin/products?${query}`)).toEqual(["products:read"]);
  });

  it.each([
    "/admin",
    "/admin/",
    "/admin//products",
    "//admin/products",
    "/admin/%70roducts",
    "/admin/products%2f..%2fusers",
    "/admin/..",
    "/admin/.",
    "/admin/*",
    "/admin/*/x",
    "/admin/products;x",
    "/admin/products\\users",
    "/admin/prodücts",
    "/admin/-products",
    `/admin/${"p".repeat(65)}`,
    "/store/products",
    "/administration/products",
    "http://shop/admin/products",
  ])("does not exist for GET %s", (url) => {
    expect(of("GET", url)).toBeNull();
  });

  it.each([
    ["/admin/products", "/admin/users"],
    ["/admin//products", "/admin/products"],
    ["/products", "/admin/products"],
    ["/admin/products?x", "/admin/orders"],
  ])("does not exist for %s that a middleware or the router sees as %s", (sent, seen) => {
    expect(of("GET", sent, seen)).toBeNull();
  });
});
