// Metrics with OpenTelemetry's SDK.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { instrument } from "../../dist/opentelemetry";
import { describeOnEachDatabase } from "../support/databases";
import { openLeased, warm } from "../support/leased";
import { openService } from "../support/ours";
import { runProgram } from "../support/own-process";
import { type OurService, PUBLISHABLE, SECRET, untyped } from "../support/service";

const ROOT = join(__dirname, "../..");
const NEVER_MS = 2 ** 31 - 1;

/** A provider whose metrics are collected on demand. */
class Metrics {
  readonly exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: this.exporter, exportIntervalMillis: NEVER_MS })],
  });
  readonly meter = this.provider.getMeter("test");

  /** The metrics by name. */
  async collect() {
    this.exporter.reset();
    await this.provider.forceFlush();
    const scopes = this.exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    return new Map(scopes.flatMap(({ metrics }) => metrics).map((metric) => [metric.descriptor.name, metric]));
  }

  /** The values of a metric that is a number, with their attributes. */
  async points(name: string) {
    const metric = (await this.collect()).get(name);
    if (metric?.dataPointType !== DataPointType.SUM && metric?.dataPointType !== DataPointType.GAUGE) return [];
    return metric.dataPoints.map(({ value, attributes }): Record<string, unknown> => ({ value, ...attributes }));
  }
}

describeOnEachDatabase("instrument()", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;
  let service: OurService;
  let metrics: Metrics;
  let stop: () => void;

  beforeEach(async () => {
    database = await kind.create();
    service = await openLeased(database.url, { hashing: "sha256" });
    metrics = new Metrics();
    ({ stop } = instrument(service as never, { meter: metrics.meter }));
  });
  afterEach(async () => {
    stop();
    await metrics.provider.shutdown();
    await service.close();
    await database.drop();
  });

  it("counts uses by method, outcome and reason (M20)", async () => {
    const [plain, scoped] = await service.createApiKeys([SECRET, { ...SECRET, scopes: ["products:read"] }]);
    for (let call = 0; call < 3; call++) await service.authenticate(plain.token);
    await service.verify(scoped.token, { scopes: ["orders:read"] });
    await service.authenticate("sk_unknown");
    await service.verify(plain.token, { scopes: untyped(5) }).catch(() => undefined);
    const of = (method: string, outcome: string, others = {}) => ({
      ...{ "api_key.method": method, "api_key.outcome": outcome },
      ...others,
    });
    const points = await metrics.points("api_key.verifications");

    expect(points).toHaveLength(4);
    expect(points).toEqual(
      expect.arrayContaining([
        { value: 3, ...of("authenticate", "verified") },
        { value: 1, ...of("authenticate", "refused", { "api_key.refusal_reason": "unknown" }) },
        { value: 1, ...of("verify", "refused", { "api_key.refusal_reason": "insufficient_scope" }) },
        { value: 1, ...of("verify", "failed", { "error.type": "invalid_data" }) },
      ]),
    );
  });

  it("measures the duration of uses in seconds (M20)", async () => {
    const { token } = await service.createApiKeys(SECRET);
    for (let call = 0; call < 5; call++) await service.authenticate(token);
    const histogram = (await metrics.collect()).get("api_key.verification.duration");
    const [point] = histogram?.dataPointType === DataPointType.HISTOGRAM ? histogram.dataPoints : [];

    expect(histogram?.descriptor.unit).toBe("s");
    expect(point?.value.count).toBe(5);
    expect(point?.value.sum).toBeGreaterThan(0);
    expect(point?.value.sum).toBeLessThan(5);
    expect(point?.value.buckets.boundaries).toEqual(expect.arrayContaining([0.000_005, 0.001, 1]));
  });

  it("counts created, rolled and revoked keys by type (M20)", async () => {
    const [one, two] = await service.createApiKeys([SECRET, SECRET, PUBLISHABLE]);
    await service.rollApiKeys(one.id, { revoked_by: "user_1" });
    await service.revoke(two.id, { revoked_by: "user_1" });
    const points = (await metrics.points("api_key.changes")).map(
      (point) => `${point["api_key.method"]} ${point["api_key.outcome"]} ${point["api_key.type"]} ${point.value}`,
    );

    expect(points.sort()).toEqual([
      "createApiKeys created publishable 1",
      "createApiKeys created secret 2",
      "revoke revoked secret 1",
      "rollApiKeys rolled secret 1",
    ]);
  });

  it("observes the cache, the lease and the queue at each collection (M20)", async () => {
    const { token } = await service.createApiKeys(SECRET);
    await warm(service, () => service.authenticate(token));
    const { memory } = await service.status();
    const value = async (name: string) => (await metrics.points(name))[0]?.value;

    expect(await value("api_key.cache.keys")).toBe(1);
    expect(await value("api_key.cache.hits")).toBe(memory.hits);
    expect(await value("api_key.hashing.running")).toBe(0);
    expect(await value("api_key.hashing.queue.length")).toBe(0);
    expect(await value("api_key.hashing.queue.limit")).toBe(1_000);
    expect(await value("api_key.lease.held")).toBe(kind.name === "sqlite" ? undefined : 1);
    const age = await value("api_key.lease.age");
    expect(kind.name === "sqlite" ? age === undefined : Number(age) >= 0 && Number(age) < 1).toBe(true);
  });

  it("ignores other services, and stops (M20)", async () => {
    const other = openService(database.url, { hashing: "sha256" });
    const { token } = await other.createApiKeys(SECRET);
    await other.authenticate(token);
    await other.close();
    expect(await metrics.points("api_key.verifications")).toEqual([]);

    await service.authenticate(token);
    stop();
    stop();
    await service.authenticate(token);
    expect(await metrics.points("api_key.verifications")).toMatchObject([{ value: 1 }]);
    // The SDK repeats the value that was observed last: before the key was cached.
    await warm(service, () => service.authenticate(token));
    expect((await service.status()).memory.keys).toBe(1);
    expect(await metrics.points("api_key.cache.keys")).toMatchObject([{ value: 0 }]);
  });
});

describe("instrument() without a database", () => {
  it.each([
    [[null], "instrument needs a service with a method status"],
    [[{ status: () => undefined }, null], "The options of instrument must be an object { meter }"],
    [[{ status: () => undefined }, { metre: 1 }], 'Unknown option "metre" of instrument; known is meter'],
    [
      [{ status: () => undefined }, { [`sk_${"0".repeat(64)}`]: 1 }],
      'Unknown option "***" of instrument; known is meter',
    ],
    [[{ status: () => undefined }, { meter: {} }], "The option meter of instrument must be a Meter of OpenTelemetry"],
  ])("rejects wrong arguments: %j (M20)", (args, message) => {
    expect(() => instrument(...(args as unknown as [never]))).toThrow(
      expect.objectContaining({ type: "invalid_argument", message }),
    );
  });

  it("names the package to install where @opentelemetry/api is missing (M20)", () => {
    const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-reader-"));
    cpSync(join(ROOT, "dist"), join(folder, "copy"), { recursive: true });
    const program = `
      const { instrument } = require("./copy/opentelemetry.js");
      try { instrument({ status() {} }); } catch (error) { console.log(error.type, error.message); }`;
    writeFileSync(join(folder, "index.js"), program);
    const printed = execFileSync(process.execPath, ["index.js"], { cwd: folder, encoding: "utf8" });
    rmSync(folder, { recursive: true });

    expect(printed.trim()).toBe(
      "invalid_argument instrument needs @opentelemetry/api, which is not installed: npm install @opentelemetry/api, or pass the option meter",
    );
  });

  it("uses the meter of the global provider and does not keep the process alive (M20)", async () => {
    const program = runProgram(`
      const { instrument } = await import(${JSON.stringify(join(ROOT, "dist/opentelemetry.js"))});
      const { createRequire } = await import("node:module");
      const { metrics } = createRequire(${JSON.stringify(join(ROOT, "dist/"))})("@opentelemetry/api");
      const names = [];
      const instruments = { add() { console.log("added"); }, record() {} };
      const create = (name) => (names.push(name), instruments);
      metrics.setGlobalMeterProvider({ getMeter: (name) => ({ ...Object.fromEntries(["createCounter", "createHistogram",
        "createObservableGauge", "createObservableCounter"].map((method) => [method, create])),
        addBatchObservableCallback() {}, removeBatchObservableCallback() {}, name }) });
      const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
      instrument(service);
      await service.authenticate("sk_1");
      console.log(names.length);
      await service.close();`);

    expect(await program.line()).toBe("added");
    expect(await program.line()).toBe("10");
    expect(await program.end()).toBe(0);
  });

  it("does not keep a service that nothing else refers to (M20)", async () => {
    const program = runProgram(
      `
      const { instrument } = await import(${JSON.stringify(join(ROOT, "dist/opentelemetry.js"))});
      const kept = [];
      const meter = { createCounter: () => ({ add() {} }), createHistogram: () => ({ record() {} }), createObservableGauge: () => ({}),
        createObservableCounter: () => ({}), addBatchObservableCallback: (callback) => kept.push(callback), removeBatchObservableCallback() {} };
      let collected = false;
      const registry = new FinalizationRegistry(() => { collected = true; });
      (() => {
        const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
        registry.register(service);
        instrument(service, { meter });
      })();
      for (let round = 0; round < 200 && !collected; round++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        globalThis.gc();
      }
      await kept[0]({ observe() { console.log("observed"); } });
      console.log("collected", collected);`,
      "--expose-gc",
    );

    expect(await program.line()).toBe("collected true");
    expect(await program.end()).toBe(0);
  });
});
