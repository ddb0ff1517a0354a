// Starts the server: `node server.js`. Environment: DATABASE_URL, PORT (9000), HOST (127.0.0.1).

import { serve } from "@hono/node-server";
import { createApp } from "./app.js";
import { openKeys } from "./keys.js";

const keys = openKeys(process.env.DATABASE_URL);
// Fails now rather than on the first request if the database is unreachable.
await keys.migrate();

const hostname = process.env.HOST ?? "127.0.0.1";
const server = serve(
  { fetch: createApp(keys).fetch, port: Number(process.env.PORT ?? 9000), hostname },
  ({ address, port }) => console.log(`Listening on http://${address}:${port}`),
);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close(() => keys.close());
    server.closeIdleConnections();
  });
}
