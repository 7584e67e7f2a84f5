import { Type } from '@sinclair/typebox'
import { badRequest, notFound } from '../../http/errors/exceptions.ts'
import { type ResourceKind, readArn } from '../../model/arn.ts'
import type { TemplateType } from '../../model/template.ts'
import type { Store } from '../../store/open-store.ts'

/** `*` matches an ARN with escaped slashes (%2F), as SDKs send it, and with plain ones. */
export const tagsUrl = '/v1/tags/*'
export const ResourceParams = Type.Object({ '*': Type.String({ description: 'ARN of the resource' }) })

/** How a resource of each kind is found, by the ids in its ARN. */
const finders: Record<ResourceKind, (store: Store, ids: string[]) => { Arn: string } | undefined> = {
  application: ({ apps }, [id]) => apps.get(id!),

  campaign({ apps, campaigns }, [appId, id]) {
    const app = apps.find(appId!)
    const found = app && campaigns.get(app, id!)
    return found && { Arn: found.arn }
  },

  segment({ apps, segments }, [appId, id]) {
    const app = apps.find(appId!)
    return app && segments.get(app, id!)
  },

  template({ templates }, [name, type]) {
    const found = templates.get({ name: name!, type: type as TemplateType })
    return found && { Arn: found.arn }
  },

  journey({ apps, journeys }, [appId, id]) {
    const app = apps.find(appId!)
    const found = app && journeys.get(app, id!)
    return found && { Arn: found.arn }
  },
}

/**
 * Finds the resource that an ARN names. Account and region must be the resource's own.
 *
 * @returns the ARN
 * @throws BadRequestException for a text that is no ARN of Pinpoint, NotFoundException for an
 *   unknown resource
 */
export function findTagged(store: Store, arn: string): string {
  const name = readArn(arn)
  if (name === undefined) {
    throw badRequest(
      `resource-arn must be the ARN of a Pinpoint resource, such as arn:aws:mobiletargeting:us-east-1:123456789012:apps/<id>; got ${JSON.stringify(arn)}`,
    )
  }
  const found = name.kind && finders[name.kind](store, name.ids)
  if (found === undefined) throw notFound(`Resource not found: ${arn}`)
  if (found.Arn !== arn) throw notFound(`Resource not found: ${arn}; its ARN is ${found.Arn}`)
  return arn
}
