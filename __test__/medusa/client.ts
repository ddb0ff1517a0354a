// Sends requests to a shop and keeps what came back, in a form that can be compared.

import { Namer } from "./alike";

export type Side = "stock" | "ours";

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says; the tests look into it
  body: any;
}

/** One request and its answer, without what differs from one server to the next. */
export interface Exchange {
  request: string;
  status: number;
  headers: Record<string, string>;
  body: string;
}

export type Scenario = (client: Client) => Promise<void>;

export interface Request {
  body?: unknown;
  /** The body as it is sent. */
  text?: string;
  headers?: Record<string, string>;
  /** What to call the headers, since they hold tokens. */
  as?: string;
}

/** Headers that tell of the moment or the connection. */
const PASSING = ["connection", "date", "etag", "keep-alive"];

export class Client {
  readonly exchanges: Exchange[] = [];
  /** What authenticates a request that says nothing else. */
  authorization: string | undefined;
  readonly #namer = new Namer();

  constructor(
    readonly side: Side,
    readonly url: string,
  ) {}

  /** Sends a request, expects that status, and keeps the exchange. */
  async send(
    status: number | Record<Side, number>,
    method: string,
    path: string,
    options: Request = {},
  ): Promise<Answer> {
    const { body, text = JSON.stringify(body), headers = {}, as = "" } = options;
    const answer = await this.#fetch(method, path, { text, headers });
    const received = this.#asUnused(await answer.text());
    const request = this.#namer.name([method, path, text, as].filter(Boolean).join(" "));
    const expected = typeof status === "number" ? status : status[this.side];
    if (answer.status !== expected) {
      throw new Error(`${this.side}: ${answer.status} instead of ${expected}: ${request}\n${received}`);
    }
    this.exchanges.push({
      request,
      status: answer.status,
      headers: this.#lasting(answer.headers, received),
      body: this.#namer.name(received),
    });
    return { status: answer.status, body: received.startsWith("{") ? JSON.parse(received) : received };
  }

  /** Calls one of the routes of `overlay/`; not kept. */
  async inside(route: string, body: object = {}): Promise<Answer["body"]> {
    const answer = await this.#fetch("POST", `/test/${route}`, { text: JSON.stringify(body), headers: {} });
    if (!answer.ok) throw new Error(`${answer.status}: /test/${route}\n${await answer.text()}`);
    return answer.json();
  }

  /** M3: this package maintains `last_used_at`, where stock leaves null. */
  #asUnused(received: string): string {
    return this.side === "ours" ? received.replace(/"last_used_at":"[^"]+"/g, '"last_used_at":null') : received;
  }

  #lasting(headers: Headers, received: string): Record<string, string> {
    const lasting = [...headers].filter(([name]) => !PASSING.includes(name)).sort();
    const length = String(Buffer.byteLength(received));
    return Object.fromEntries(lasting.map(([name, value]) => [name, name === "content-length" ? length : value]));
  }

  #fetch(method: string, path: string, { text, headers }: Request): Promise<Response> {
    return fetch(this.url + path, {
      method,
      body: text,
      headers: {
        "Content-Type": "application/json",
        ...(this.authorization && { Authorization: this.authorization }),
        ...headers,
      },
    });
  }
}
