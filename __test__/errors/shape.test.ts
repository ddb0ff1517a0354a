import { MedusaError } from "@medusajs/utils";
import { ApiKeyError } from "../../module/errors";

describe("An ApiKeyError", () => {
  const error = new ApiKeyError("not_found", "ApiKey with id: apk_1 was not found");

  it("has the keys of a MedusaError in their order", () => {
    const medusas = new MedusaError("not_found", "ApiKey with id: apk_1 was not found");
    expect(Object.keys(error)).toEqual(Object.keys(medusas));
    expect({ ...error, date: 0 }).toEqual({ ...medusas, date: 0 });
    expect(error.name).toBe(medusas.name);
  });

  it("passes for a MedusaError and for an Error of the caller's realm (A1)", () => {
    expect(MedusaError.isMedusaError(error)).toBe(true);
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(ApiKeyError);
    expect(error.date).toEqual(expect.any(Date));
  });

  it("has the message and the caller in its stack", () => {
    expect(error.stack).toMatch(/^Error: ApiKey with id: apk_1 was not found\n.*shape\.test\.ts/);
  });

  it("has a database's code as sqlstate, never as code, and only when there is one (S6)", () => {
    const database = new ApiKeyError("database_error", "The database could not carry out the call.", "23505");
    expect(database).toMatchObject({ sqlstate: "23505", code: undefined });
    expect(error).not.toHaveProperty("sqlstate");
  });
});
