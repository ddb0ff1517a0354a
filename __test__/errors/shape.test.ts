import { MedusaError } from "@medusajs/utils";
import { ApiKeyError } from "../../module/errors";

describe("an error", () => {
  const error = new ApiKeyError("not_found", "ApiKey with id: apk_1 was not found");

  it("has the keys of Medusa's own, in their order", () => {
    const medusas = new MedusaError("not_found", "ApiKey with id: apk_1 was not found");
    expect(Object.keys(error)).toEqual(Object.keys(medusas));
    expect({ ...error, date: 0 }).toEqual({ ...medusas, date: 0 });
    expect(error.name).toBe(medusas.name);
  });

  it("passes for Medusa's own and for an Error of the caller's realm", () => {
    expect(MedusaError.isMedusaError(error)).toBe(true);
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(ApiKeyError);
    expect(error.date).toEqual(expect.any(Date));
  });

  it("says in its stack what is wrong and where", () => {
    expect(error.stack).toMatch(/^Error: ApiKey with id: apk_1 was not found\n.*errors\.test\.ts/);
  });

  it("carries the database's code as sqlstate, never as code, and only when there is one", () => {
    const database = new ApiKeyError("database_error", "The database could not carry out the call.", "23505");
    expect(database).toMatchObject({ sqlstate: "23505", code: undefined });
    expect(error).not.toHaveProperty("sqlstate");
  });
});
