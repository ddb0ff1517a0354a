import type { ApiKey } from "../../../index";
import type { Admission } from "../../admissions";
import { memberOf } from "../../members";
import { ipAddress, isOutage, type Judgement, judge, refusedAs } from "../guard";
import type { Refusal } from "../refusal";
import { demandedScopes, EVERYTHING } from "./demand";
import { refuse, reject } from "./replies";
import type { AdminRequest, AdminResponse, AdmittingService } from "./types";

/** One request with a secret key, on its way through Medusa's authentication. */
export class Attempt implements Admission {
  open = true;
  /** The scopes that were demanded last; `null` if no scope permits the request. */
  scopes: readonly string[] | null = null;
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
        this.#judgement = refusedAs({ kind: "unavailable" });
      }
      // Medusa logs it.
      throw error;
    }
    return this.#judgement.key;
  }

  /** The restricted key that the request is admitted with; `null` if Medusa authenticated it otherwise. */
  get key(): ApiKey | null {
    const key = this.#judgement?.key ?? null;
    const isActor = key !== null && this.request.auth_context?.actor_id === key.id;
    return isActor && isRestricted(key) ? key : null;
  }

  /** Responds where Medusa responds with `status` and `body`. */
  async respond(response: AdminResponse, status: number, body: unknown): Promise<void> {
    if (this.#judgement === null) {
      // Medusa did not ask: it reads the header otherwise. Only an outage changes its response.
      await this.verify().catch(() => null);
    }
    const refusal = (this.#judgement as Judgement | null)?.refusal ?? null;
    if (refusal === null) {
      response.status(status).json(body);
    } else if (refusal.kind === "invalid") {
      reject(response, status, body);
    } else {
      refuse(response, refusal);
    }
  }

  async #judge(): Promise<Judgement> {
    const scopes = demandedScopes(this.request);
    this.scopes = scopes;
    const judgement = await judge(
      // Beside the demand, so that what is refused here is a refused token in the events about keys, too.
      { verify: (token, demand) => this.service.verifyWith_(token, demand, (key) => objection(key, scopes)) },
      { kind: "token", token: this.token },
      { scopes: [...(scopes ?? [EVERYTHING])], ip: this.ip },
    );
    return judgement.refusal?.kind === "insufficient_scope" ? refusedAs(lacking(scopes)) : judgement;
  }
}

/** Returns what speaks against a key beside the demand of its request, or `null`. */
function objection({ scopes: granted, owner }: ApiKey, scopes: readonly string[] | null) {
  // SECURITY: the key of a customer or a seller is for routes that respect its owner; Medusa's do not.
  if (owner !== undefined && owner.type !== "user") {
    return "wrong_owner_type";
  }
  return granted !== undefined && scopes === null ? "insufficient_scope" : null;
}

function lacking(scopes: readonly string[] | null): Refusal {
  return { kind: "insufficient_scope", scopes: scopes ?? [] };
}

/** Returns whether `authenticate` refuses the key outside an admission. */
export function isRestricted({ scopes, allowed_ips }: ApiKey): boolean {
  // A verified key has no purpose, and an attempt refuses owners other than users.
  return scopes !== undefined || allowed_ips !== undefined;
}

/** Returns the client's address, as far as it is one. */
export function clientAddress(request: AdminRequest, ipOf?: (request: AdminRequest) => unknown): string | undefined {
  return ipAddress(ipOf === undefined ? memberOf(request, "ip") : ipOf(request));
}
