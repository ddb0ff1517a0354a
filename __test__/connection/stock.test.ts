// Which databases stock connects to.

// Before stock is loaded, which keeps the function that it finds then.

describe("[stock] Stock's connection", () => {
  it("uses PostgreSQL for every URL (M7)", async () => {
    const { createPgConnection } = (await import("@medusajs/utils")).ModulesSdkUtils;
    const connection = createPgConnection({ clientUrl: "sqlite::memory:" });

    expect([connection.client.dialect, connection.client.config.client]).toEqual(["postgresql", "pg"]);
    await connection.destroy();
  });
});
