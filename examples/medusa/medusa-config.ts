import { defineConfig, loadEnv } from "@medusajs/framework/utils";

loadEnv(process.env.NODE_ENV ?? "development", process.cwd());

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    http: {
      storeCors: process.env.STORE_CORS ?? "http://localhost:8000",
      adminCors: process.env.ADMIN_CORS ?? "http://localhost:9000",
      authCors: process.env.AUTH_CORS ?? "http://localhost:9000",
      jwtSecret: process.env.JWT_SECRET,
      cookieSecret: process.env.COOKIE_SECRET,
    },
    // In production mode, Medusa's session cookie needs HTTPS. COOKIE_SECURE=false permits logging in over plain HTTP, to try it locally.
    ...(process.env.COOKIE_SECURE === "false" && { cookieOptions: { secure: false } }),
  },
  admin: { disable: process.env.DISABLE_MEDUSA_ADMIN === "true" },
  // Replaces Medusa's own API Key Module with medusa-api-key-native.
  modules: [{ resolve: "medusa-api-key-native" }],
});
