import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { TagsModel } from '../../model/tags.ts'
import { checkTags } from './check-tags.ts'
import { findTagged, ResourceParams, tagsUrl } from './find-tagged.ts'
import { tellOfTags } from './tell-of-tags.ts'

/**
 * Adds tags to a resource. A key that it already has gets the new value.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/tags-resource-arn.html
 */
export const tagResource: FastifyPluginAsyncTypebox = async app => {
  app.post(
    tagsUrl,
    {
      config: { operation: 'TagResource' },
      schema: { params: ResourceParams, body: TagsModel, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await app.store.write(() => {
        const arn = findTagged(app.store, request.params['*'])
        checkTags(request.body.tags, app.store.tags.get(arn))
        app.store.tags.put(arn, request.body.tags)
      })
      tellOfTags(app.bus, request.params['*'])
      return reply.code(204).send(null)
    },
  )
}
