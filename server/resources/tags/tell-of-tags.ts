import type { EventBus } from '../../events/event-bus.ts'
import { readArn } from '../../model/arn.ts'
import type { TemplateType } from '../../model/template.ts'

/**
 * Tells that the tags of a resource have changed, where they are a part of what it says: those of a
 * template. The tags of an application are among its counts, which the live feed watches by itself.
 */
export function tellOfTags(bus: EventBus, arn: string): void {
  const { kind, ids: [name, type] = [] } = readArn(arn) ?? {}
  if (kind === 'template') bus.emit({ kind, key: { type: type as TemplateType, name: name! } })
}
