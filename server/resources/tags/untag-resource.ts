import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { findTagged, ResourceParams, tagsUrl } from './find-tagged.ts'
import { tellOfTags } from './tell-of-tags.ts'

/**
 * Removes tags by their keys. An unknown key is no error (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/tags-resource-arn.html
 */
export const untagResource: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    tagsUrl,
    {
      config: { operation: 'UntagResource' },
      schema: {
        params: ResourceParams,
        querystring: Type.Object({ tagKeys: Type.Array(Type.String(), { description: 'Keys of the tags' }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await app.store.write(() =>
        app.store.tags.delete(findTagged(app.store, request.params['*']), request.query.tagKeys),
      )
      tellOfTags(app.bus, request.params['*'])
      return reply.code(204).send(null)
    },
  )
}
