// Requests as bytes: `fetch` normalizes paths and sends one request at a time.

import { connect } from "node:net";

/** Sends a request with its path as it is, and returns the status of the response. */
export async function rawStatus(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  const lines = Object.entries({ ...headers, Host: "shop", Connection: "close", "Content-Length": "0" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const text = await exchange(url, `${method} ${path} HTTP/1.1\r\n${head}\r\n`);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
}

/** Sends text on a new connection, and returns what arrives until the server closes it. */
export function exchange(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}
