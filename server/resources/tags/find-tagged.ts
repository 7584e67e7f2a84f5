import { Type } from '@sinclair/typebox'
import { badRequest, notFound } from '../../http/errors/exceptions.ts'
import type { Store } from '../../store/open-store.ts'

/** SDKs send an ARN as one part with %2F, other clients with its slashes; `*` takes both. */
export const tagsUrl = '/v1/tags/*'
export const ResourceParams = Type.Object({ '*': Type.String({ description: 'ARN of the resource' }) })

/**
 * Finds the resource that an ARN names, in the account and region that the ARN says.
 *
 * @returns the ARN
 * @throws BadRequestException for what is no ARN of Pinpoint, NotFoundException for a resource that is not there
 */
export function findTagged(store: Store, arn: string): string {
  const path = arn.match(/^arn:aws[a-z-]*:mobiletargeting:[a-z0-9-]+:\d{12}:(.+)$/s)?.[1]
  if (path === undefined) {
    throw badRequest(
      `resource-arn must be the ARN of a Pinpoint resource, such as arn:aws:mobiletargeting:us-east-1:123456789012:apps/<id>; got ${JSON.stringify(arn)}`,
    )
  }
  const found = findByPath(store, path.split('/'))
  if (found === undefined) throw notFound(`Resource not found: ${arn}`)
  if (found.Arn !== arn) throw notFound(`Resource not found: ${arn}; its ARN is ${found.Arn}`)
  return arn
}

function findByPath(store: Store, [apps, appId = '', segments, segmentId = '', ...more]: string[]) {
  if (apps !== 'apps' || more.length > 0) return undefined
  if (segments === undefined) return store.apps.get(appId)
  const app = store.apps.find(appId)
  return segments === 'segments' && app !== undefined ? store.segments.get(app, segmentId) : undefined
}
