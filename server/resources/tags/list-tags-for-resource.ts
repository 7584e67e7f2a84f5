import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { TagsModel } from '../../model/tags.ts'
import { findTagged, ResourceParams, tagsUrl } from './find-tagged.ts'

/** @see https://docs.aws.amazon.com/pinpoint/latest/apireference/tags-resource-arn.html */
export const listTagsForResource: FastifyPluginAsyncTypebox = async app => {
  app.get(
    tagsUrl,
    {
      config: { operation: 'ListTagsForResource' },
      schema: { params: ResourceParams, response: { 200: TagsModel } },
    },
    async request => ({ tags: app.store.tags.get(findTagged(app.store, request.params['*'])) }),
  )
}
