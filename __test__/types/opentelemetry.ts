// The Meter of OpenTelemetry's package is one that `instrument` takes.

import type { Meter } from "@opentelemetry/api";
import { type ApiKeyMeter, type Instrumentation, instrument } from "medusa-api-key-native/opentelemetry";
import type { ApiKeyModuleService } from "../../index.js";

declare const meter: Meter;
declare const keys: ApiKeyModuleService;

export const accepted: ApiKeyMeter = meter;
export const running: Instrumentation[] = [instrument(keys), instrument(keys, { meter })];

// @ts-expect-error a provider is no meter
instrument(keys, { meter: { getMeter: () => meter } });
// @ts-expect-error an unknown option
instrument(keys, { metre: meter });
