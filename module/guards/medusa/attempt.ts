import type { ApiKey } from "../../../index";
import type { Admission } from "../../admissions";
import { ipAddress, isOutage, type Judgement, judge } from "../guard";
import type { Refusal } from "../refusal";
import { demandedScope } from "./demand";
import { refuse } from "./replies";
import type { AdminRequest, AdminResponse, AdmittingService } from "./types";

/** A demand that only a key with all rights satisfies. */
const EVERYTHING = "*:*";

/** One request with a secret key on its way through Medusa's authentication. */
export class Attempt implements Admission {
  open = true;
  /** The scope that was demanded last; `null` if no scope permits the request. */
  scope: string | null = null;
  judgement_: Judgement | null = null;

  constructor(
    readonly service_: AdmittingService,
    readonly token: string,
    readonly request_: AdminRequest,
    readonly ip_: string | undefined,
  ) {}

  /** Called by `authenticate` if the token is not one of an unrestricted key. Some routes authenticate once more. */
  async verify(): Promise<ApiKey | null> {
    try {
      this.judgement_ = await this.judge_();
    } catch (error) {
      if (isOutage(error)) {
        this.judgement_ = { refusal: { kind: "unavailable" } };
      }
      // Medusa logs it.
      throw error;
    }
    return "key" in this.judgement_ ? this.judgement_.key : null;
  }

  /** The restricted key that the request is admitted with; `null` if Medusa authenticated it otherwise. */
  get key(): ApiKey | null {
    const judgement = this.judgement_;
    const key = judgement && "key" in judgement ? judgement.key : null;
    return key !== null && this.request_.auth_context?.actor_id === key.id ? key : null;
  }

  /** Responds where Medusa responds with `status` and `body`. */
  async respond(response: AdminResponse, status: number, body: unknown): Promise<void> {
    if (this.judgement_ === null) {
      // Medusa did not ask, or asking failed. Only an outage changes its response.
      await this.verify().catch(() => null);
    }
    const refusal = this.judgement_ && "refusal" in this.judgement_ ? this.judgement_.refusal : null;
    if (refusal === null || refusal.kind === "invalid") {
      response.status(status).json(body);
    } else {
      refuse(response, refusal);
    }
  }

  async judge_(): Promise<Judgement> {
    this.scope = demandedScope(this.request_);
    const judgement = await judge(
      this.service_,
      { kind: "token", token: this.token },
      { scopes: [this.scope ?? EVERYTHING], ...(this.ip_ !== undefined && { ip: this.ip_ }) },
    );
    if ("refusal" in judgement) {
      const { refusal } = judgement;
      return { refusal: refusal.kind === "insufficient_scope" ? this.lacksScope_() : refusal };
    }
    const { scopes, owner } = judgement.key;
    // SECURITY: the key of a customer or a seller is for routes that respect its owner; Medusa's do not.
    if (owner !== undefined && owner.type !== "user") {
      return { refusal: { kind: "wrong_owner_type" } };
    }
    return scopes !== undefined && this.scope === null ? { refusal: this.lacksScope_() } : judgement;
  }

  lacksScope_(): Refusal {
    return { kind: "insufficient_scope", scopes: this.scope === null ? [] : [this.scope] };
  }
}

/** Returns the client's address, as far as it is one. */
export function clientAddress(request: AdminRequest, ipOf?: (request: AdminRequest) => unknown): string | undefined {
  return ipAddress(ipOf === undefined ? request.ip : ipOf(request));
}
