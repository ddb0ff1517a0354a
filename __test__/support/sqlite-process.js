// Runs SQL statements on the SQLite file that the first argument names, one after another, as the parent process sends them.
// It is a process of its own because two copies of SQLite in one process cancel each other's file locks.

const Database = require("libsql");

const database = new Database(process.argv[2], { timeout: 10_000 });

process.on("message", ({ sql, parameters }) => {
  try {
    const statement = database.prepare(sql);
    if (!statement.reader) statement.run(...parameters);
    process.send({ rows: statement.reader ? statement.all(...parameters) : [] });
  } catch (error) {
    process.send({ error: error.message });
  }
});
process.on("disconnect", () => database.close());
