// An event bus of Medusa's kind that calls its subscribers at once, in this process.

import type { EventBusTypes, InternalModuleDeclaration } from "@medusajs/framework/types";
import { AbstractEventBusModuleService } from "@medusajs/framework/utils";

export class InProcessEventBus extends AbstractEventBusModuleService {
  constructor() {
    super({}, {}, { scope: "internal" } as InternalModuleDeclaration);
  }

  async emit<T>(data: EventBusTypes.Message<T> | EventBusTypes.Message<T>[]): Promise<void> {
    for (const { name, data: content, metadata } of [data].flat()) {
      for (const { subscriber } of this.eventToSubscribersMap.get(name) ?? []) {
        await subscriber({ name, data: content, metadata: metadata ?? {} });
      }
    }
  }

  async releaseGroupedEvents(): Promise<void> {}

  async clearGroupedEvents(): Promise<void> {}
}
