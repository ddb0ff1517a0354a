// Which databases stock connects to.

// Before stock is loaded, which keeps the function that it finds then.

describe("[stock] Stock's connection", () => {
  it("is PostgreSQL's, whatever the URL says (M7)", async () => {
    const { createPgConnection } = (await import("@medusajs/utils")).ModulesSdkUtils;
    const connection = createPgConnection({ clientUrl: "sqlite::memory:" });

    expect([connection.client.dialect, connection.client.config.client]).toEqual(["postgresql", "pg"]);
    await connection.destroy();
  });
});
