import { isRefused, startUse, type TokenAnswer } from "./activity";
import type { Native } from "./native";
import { isTokenSized } from "./token";
import type { ApiKey, ApiKeyDemand, RefusalReason, Verification } from "./types";

/** What a guard has against a key that satisfies its demand: the reason of a refusal, or `null`. */
export type Objection = (key: ApiKey) => RefusalReason | null;

/** Verifies a token, and publishes the event. */
export async function verifyToken(
  service: { readonly native_: Native },
  token: string,
  demand: ApiKeyDemand | undefined,
  objection?: Objection,
): Promise<Verification> {
  const { native_ } = service;
  const usable = typeof token === "string" && isTokenSized(token);
  const use = startUse(service, "verify");
  let recalled: ReturnType<Native["recallVerified"]>;
  try {
    recalled = usable ? native_.recallVerified(token, demand) : null;
  } catch (error) {
    throw use ? use.failedWith(error) : error;
  }
  if (typeof recalled === "string") {
    use?.answered(native_.recalledRefusal(token, recalled));
    return { valid: false, reason: recalled };
  }
  if (recalled !== null) {
    const answer = judged(recalled, objection);
    use?.answered(answer);
    return toVerification(answer);
  }
  // An invalid demand is rejected for every token.
  const ask = async () => judged(await native_.verify(usable ? token : "", demand), objection);
  return toVerification(await (use ? use.answers(ask) : ask()));
}

/** The answer after a guard's objection to the key. */
function judged(answer: TokenAnswer, objection: Objection | undefined): TokenAnswer {
  if (objection === undefined || answer === null || isRefused(answer)) {
    return answer;
  }
  const reason = objection(answer);
  return reason === null ? answer : { reason, keyId: answer.id };
}

function toVerification(answer: TokenAnswer): Verification {
  if (answer === null || isRefused(answer)) {
    return { valid: false, reason: answer?.reason ?? "unknown" };
  }
  return { valid: true, key: answer };
}
