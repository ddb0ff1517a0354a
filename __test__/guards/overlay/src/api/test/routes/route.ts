// The routes that the running server has registered below /admin.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";

interface Layer {
  route?: { path: string | RegExp; methods: Record<string, boolean> };
}

export async function GET({ app }: MedusaRequest, response: MedusaResponse) {
  const { stack } = (app as unknown as { _router: { stack: Layer[] } })._router;
  const routes = stack.flatMap(({ route }) =>
    route && String(route.path).startsWith("/admin")
      ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`)
      : [],
  );
  response.json({ routes: [...new Set(routes)] });
}
