import type { ApiKey } from "../../index";

declare global {
  namespace Express {
    interface Request {
      /** The verified key, behind a guard. */
      apiKey?: ApiKey;
    }
  }
}

/** What guards add to a request of Express, and so of Medusa. */
export interface RequestWithApiKey {
  /** The verified key, behind a guard. */
  apiKey?: ApiKey;
}
