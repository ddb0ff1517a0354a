// Workflows that fail or are cancelled after they created a key, run by Medusa's workflow engine.

import { asFunction } from "@medusajs/framework/awilix";
import type { MedusaContainer } from "@medusajs/framework/types";
import { createMedusaContainer, MedusaModuleType, Modules } from "@medusajs/framework/utils";
import { createStep, createWorkflow, StepResponse, WorkflowResponse } from "@medusajs/framework/workflows-sdk";
import { ApiKeyModuleService } from "../../index.js";
import { describeOnEachDatabase } from "../support/databases";
import { expectFailure } from "../support/failures";
import { SECRET } from "../support/service";

const TITLE = "Made by a workflow";

/** As Medusa's own `create-api-keys` does it. */
const createStepOf = (create: (service: ApiKeyModuleService) => Promise<{ id: string }[]>) => (name: string) =>
  createStep(
    name,
    async (_: undefined, { container }) => {
      const created = await create(container.resolve<ApiKeyModuleService>(Modules.API_KEY));
      return new StepResponse(
        created,
        created.map(({ id }) => id),
      );
    },
    async (ids, { container }) => {
      if (ids?.length) await container.resolve<ApiKeyModuleService>(Modules.API_KEY).deleteApiKeys(ids);
    },
  );

const wish = { ...SECRET, title: TITLE };
const creations = {
  createApiKeys: (service: ApiKeyModuleService) => service.createApiKeys([wish, wish]),
  create: (service: ApiKeyModuleService) => service.create([wish]),
  upsertApiKeys: (service: ApiKeyModuleService) => service.upsertApiKeys([wish]),
};

const failingStep = (name: string) =>
  createStep(name, async () => {
    throw new Error("the later step");
  });

describeOnEachDatabase("A key that a workflow created", (database) => {
  let url: string;
  let drop: () => Promise<void>;
  let service: ApiKeyModuleService;
  let emitted: { name: string; data: { id: string }; metadata: { eventGroupId?: string } }[];

  beforeEach(async () => {
    ({ url, drop } = await database.create());
    emitted = [];
    service = open();
  });
  afterEach(async () => {
    await service?.close();
    await drop?.();
  });

  it.each(Object.entries(creations))("with %s is deleted when a later step fails (S20)", async (name, create) => {
    const [created, failed] = [unique(name), unique("fails")];
    const workflow = createWorkflow(unique("workflow"), () => {
      createStepOf(create)(created)();
      failingStep(failed)();
      return new WorkflowResponse({});
    });
    const { errors } = await workflow(shop(service)).run({ throwOnError: false });

    expect(errors.map(({ error }) => (error as Error).message)).toEqual(["the later step"]);
    expect(await service.listApiKeys({}, { withDeleted: true })).toEqual([]);
  });

  it("with rollApiKeys is deleted when a later step fails (S20)", async () => {
    const { id } = await service.createApiKeys(SECRET);
    const roll = async (keys: ApiKeyModuleService) => [(await keys.rollApiKeys(id, { revoked_by: "user_1" })).created];
    const [rolled, failed] = [unique("roll"), unique("fails")];
    const workflow = createWorkflow(unique("workflow"), () => {
      createStepOf(roll)(rolled)();
      failingStep(failed)();
      return new WorkflowResponse({});
    });
    await workflow(shop(service)).run({ throwOnError: false });

    expect((await service.listApiKeys()).map((key) => key.id)).toEqual([id]);
  });

  it("is published as created and as deleted in the event group of the workflow", async () => {
    const [created, failed] = [unique("create"), unique("fails")];
    const workflow = createWorkflow(unique("workflow"), () => {
      createStepOf(creations.create)(created)();
      failingStep(failed)();
      return new WorkflowResponse({});
    });
    await workflow(shop(service)).run({ throwOnError: false, context: { eventGroupId: "group_1" } });

    expect(emitted.map(({ name }) => name)).toEqual(["api_key.api-key.created", "api_key.api-key.deleted"]);
    expect(new Set(emitted.map(({ data }) => data.id)).size).toBe(1);
    expect(emitted.map(({ metadata }) => metadata.eventGroupId)).toEqual(["group_1", "group_1"]);
  });

  it("is deleted when another process reports the failure later (S20)", async () => {
    const [created, waits, name] = [unique("create"), unique("waits"), unique("workflow")];
    const workflow = createWorkflow({ name, retentionTime: 60, store: true }, () => {
      createStepOf(creations.create)(created)();
      createStep({ name: waits, async: true }, async () => undefined as never)();
      return new WorkflowResponse({});
    });
    const { transaction } = await workflow(shop(service)).run();
    await expect(service.listApiKeys()).resolves.toHaveLength(1);
    await service.close();
    service = open();
    await workflow(shop(service)).registerStepFailure({
      idempotencyKey: `${name}:${transaction.transactionId}:${waits}:invoke`,
      response: new Error("reported"),
      throwOnError: false,
    });

    expect(await service.listApiKeys()).toEqual([]);
  });

  it("is deleted when its workflow is cancelled after completion (S20)", async () => {
    const created = unique("create");
    const workflow = createWorkflow(unique("workflow"), () => {
      createStepOf(creations.create)(created)();
      return new WorkflowResponse({});
    });
    const container = shop(service);
    const { transaction } = await workflow(container).run();
    await expect(service.listApiKeys()).resolves.toHaveLength(1);
    await workflow(container).cancel({ transaction, transactionId: transaction.transactionId });

    expect(await service.listApiKeys()).toEqual([]);
  });

  it("is deleted when an enclosing workflow fails (S20)", async () => {
    const [created, failed] = [unique("create"), unique("fails")];
    const inner = createWorkflow(unique("inner"), () => {
      createStepOf(creations.create)(created)();
      return new WorkflowResponse({});
    });
    const outer = createWorkflow(unique("outer"), () => {
      inner.runAsStep({ input: {} });
      failingStep(failed)();
      return new WorkflowResponse({});
    });
    await outer(shop(service)).run({ throwOnError: false });

    expect(await service.listApiKeys()).toEqual([]);
  });

  it("survives the failure of another workflow, whose deletion is rejected (S20)", async () => {
    const byHand = await service.createApiKeys(SECRET);
    const [byOther] = await service.createApiKeys([SECRET], { transactionId: "another" });
    for (const { id } of [byHand, byOther as { id: string }]) {
      const [pretended, failed] = [unique("pretends"), unique("fails")];
      const workflow = createWorkflow(unique("workflow"), () => {
        createStepOf(async () => [{ id }])(pretended)();
        failingStep(failed)();
        return new WorkflowResponse({});
      });
      await workflow(shop(service)).run({ throwOnError: false });
    }

    await expect(service.listApiKeys()).resolves.toHaveLength(2);
  });

  it("cannot be deleted by a step that is not compensating", async () => {
    const [deletes, name] = [unique("deletes"), unique("workflow")];
    let refused: Promise<unknown> | undefined;
    const workflow = createWorkflow(name, () => {
      createStep(deletes, async (_: undefined, { container }) => {
        const keys = container.resolve<ApiKeyModuleService>(Modules.API_KEY);
        const [created] = await keys.createApiKeys([SECRET]);
        refused = keys.deleteApiKeys([created?.id as string]);
        await refused.catch(() => undefined);
        return new StepResponse({});
      })();
      return new WorkflowResponse({});
    });
    await workflow(shop(service)).run();

    await expectFailure(refused as Promise<unknown>, "not_allowed", /not revoked/);
  });

  it.each([
    ["is being cancelled without a transaction", { isCancelling: true }],
    ["is being cancelled in another transaction", { isCancelling: true, transactionId: "other" }],
    ["is not being cancelled", { transactionId: "mine", isCancelling: false }],
    ["names a transaction that is not a string", { transactionId: 1 as never, isCancelling: true }],
  ])("cannot be deleted by a caller that %s (S20)", async (_, context) => {
    const { id } = await service.createApiKeys(SECRET, { transactionId: "mine" });

    await expectFailure(service.deleteApiKeys([id], context), "not_allowed", new RegExp(id));
    await service.deleteApiKeys([id], { transactionId: "mine", isCancelling: true });
    expect(await service.listApiKeys()).toEqual([]);
  });

  it("is deleted with all keys of its call or not at all", async () => {
    const mine = await service.createApiKeys(SECRET, { transactionId: "mine" });
    const other = await service.createApiKeys(SECRET);
    const revoked = await service.createApiKeys({ ...SECRET, expires_in: 0 });
    const undoing = { transactionId: "mine", isCancelling: true };

    await expectFailure(service.deleteApiKeys([mine.id, other.id], undoing), "not_allowed", new RegExp(other.id));
    await service.deleteApiKeys([mine.id, revoked.id], undoing);
    expect((await service.listApiKeys()).map(({ id }) => id)).toEqual([other.id]);
  });

  it("has no trace of the workflow in any result", async () => {
    const created = await service.createApiKeys(SECRET, { transactionId: "transaction_shown" });

    expect(JSON.stringify([created, await service.listApiKeys()])).not.toContain("transaction_shown");
  });

  /** A service as Medusa constructs it. */
  function open(): ApiKeyModuleService {
    const event_bus = { emit: async (messages: typeof emitted) => void emitted.push(...messages) };
    // The mark by which Medusa's workflows know a module, and hand it their context.
    Object.assign(ApiKeyModuleService, { __type: MedusaModuleType });
    return new ApiKeyModuleService({ event_bus }, { databaseUrl: url, migrate: true }, {});
  }
});

/** A container whose API key module is that service. */
function shop(service: ApiKeyModuleService): MedusaContainer {
  const container = createMedusaContainer() as MedusaContainer;
  container.register(
    Modules.API_KEY,
    asFunction(() => service),
  );
  return container;
}

let count = 0;

/** Workflows and steps are known to the whole process by their names. */
function unique(name: string): string {
  return `${name}-${++count}`;
}
