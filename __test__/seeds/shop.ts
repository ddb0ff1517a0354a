// What the documents' code runs in: Medusa's container, holding a service on a database of the test's own.

import { asValue } from "@medusajs/framework/awilix";
import type { MedusaContainer } from "@medusajs/framework/types";
import { ContainerRegistrationKeys, createMedusaContainer, Modules } from "@medusajs/framework/utils";
import { ApiKeyModuleService } from "../../index.js";
import type { Database } from "../support/databases";
import { InProcessEventBus } from "./in-process-event-bus";

export interface Shop {
  container: MedusaContainer;
  service: ApiKeyModuleService;
  eventBus: InProcessEventBus;
  close(): Promise<void>;
}

/** Opens a shop without keys; the service is constructed as Medusa constructs it. */
export async function openShop(database: Database): Promise<Shop> {
  const { url, drop } = await database.create();
  const container = createMedusaContainer() as MedusaContainer;
  const eventBus = new InProcessEventBus();
  container.register({
    [ContainerRegistrationKeys.LOGGER]: asValue(console),
    [Modules.EVENT_BUS]: asValue(eventBus),
  });
  const service = new ApiKeyModuleService(container.cradle, { databaseUrl: url, migrate: true }, {});
  container.register(Modules.API_KEY, asValue(service));
  return {
    container,
    service,
    eventBus,
    close: async () => {
      await service.close();
      await drop();
    },
  };
}
