import type { ApiKey } from "../../../index";
import type { Admission } from "../../admissions";
import { ipAddress, isOutage, type Judgement, judge } from "../guard";
import type { Refusal } from "../refusal";
import { demandedScope } from "./demand";
import { refuse, reject } from "./replies";
import type { AdminRequest, AdminResponse, AdmittingService } from "./types";

/** A demand that only a key with all scopes satisfies. */
const EVERYTHING = "*:*";

/** One request with a secret key, on its way through Medusa's authentication. */
export class Attempt implements Admission {
  open = true;
  /** The scope that was demanded last; `null` if no scope permits the request. */
  scope: string | null = null;
  #judgement: Judgement | null = null;

  constructor(
    private readonly service: AdmittingService,
    readonly token: string,
    private readonly request: AdminRequest,
    private readonly ip: string | undefined,
  ) {}

  /** Called by `authenticate` unless the token is that of a cached unrestricted key. Some routes authenticate once more. */
  async verify(): Promise<ApiKey | null> {
    try {
      this.#judgement = await this.#judge();
    } catch (error) {
      if (isOutage(error)) {
        this.#judgement = { refusal: { kind: "unavailable" } };
      }
      // Medusa logs it.
      throw error;
    }
    return "key" in this.#judgement ? this.#judgement.key : null;
  }

  /** The restricted key that the request is admitted with; `null` if Medusa authenticated it otherwise. */
  get key(): ApiKey | null {
    const judgement = this.#judgement;
    const key = judgement !== null && "key" in judgement ? judgement.key : null;
    const isActor = key !== null && this.request.auth_context?.actor_id === key.id;
    return isActor && isRestricted(key) ? key : null;
  }

  /** Responds where Medusa responds with `status` and `body`. */
  async respond(response: AdminResponse, status: number, body: unknown): Promise<void> {
    if (this.#judgement === null) {
      // Medusa did not ask: it reads the header otherwise. Only an outage changes its response.
      await this.verify().catch(() => null);
    }
    const refusal = this.#judgement !== null && "refusal" in this.#judgement ? this.#judgement.refusal : null;
    if (refusal === null) {
      response.status(status).json(body);
    } else if (refusal.kind === "invalid") {
      reject(response, status, body);
    } else {
      refuse(response, refusal);
    }
  }

  async #judge(): Promise<Judgement> {
    this.scope = demandedScope(this.request);
    const judgement = await judge(
      this.service,
      { kind: "token", token: this.token },
      { scopes: [this.scope ?? EVERYTHING], ...(this.ip !== undefined && { ip: this.ip }) },
    );
    if ("refusal" in judgement) {
      const { refusal } = judgement;
      return refusal.kind === "insufficient_scope" ? { refusal: this.#lackingScope() } : judgement;
    }
    const { scopes, owner } = judgement.key;
    // SECURITY: the key of a customer or a seller is for routes that respect its owner; Medusa's do not.
    if (owner !== undefined && owner.type !== "user") {
      return { refusal: { kind: "wrong_owner_type" } };
    }
    return scopes !== undefined && this.scope === null ? { refusal: this.#lackingScope() } : judgement;
  }

  #lackingScope(): Refusal {
    return { kind: "insufficient_scope", scopes: this.scope === null ? [] : [this.scope] };
  }
}

/** Returns whether `authenticate` refuses the key outside an admission. */
export function isRestricted({ scopes, allowed_ips }: ApiKey): boolean {
  // A verified key has no purpose, and an attempt refuses owners other than users.
  return scopes !== undefined || allowed_ips !== undefined;
}

/** Returns the client's address, as far as it is one. */
export function clientAddress(request: AdminRequest, ipOf?: (request: AdminRequest) => unknown): string | undefined {
  return ipAddress(ipOf === undefined ? request.ip : ipOf(request));
}
