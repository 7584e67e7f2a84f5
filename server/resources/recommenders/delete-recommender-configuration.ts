import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { RecommenderConfigurationResponse } from '../../model/recommender.ts'
import { findRecommender } from './find-recommender.ts'
import { RecommenderParams } from './shapes.ts'

/**
 * Deletes a configuration and answers it as it was, also where a template names it (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/recommenders-recommender-id.html
 */
export const deleteRecommenderConfiguration: FastifyPluginAsyncTypebox = async app => {
  app.delete(
    '/v1/recommenders/:recommenderId',
    {
      config: { operation: 'DeleteRecommenderConfiguration' },
      schema: { params: RecommenderParams, response: { 200: RecommenderConfigurationResponse } },
    },
    async request =>
      app.store.write(() => {
        const deleted = findRecommender(app.store, request.params.recommenderId)
        app.store.recommenders.delete(deleted.Id)
        return deleted
      }),
  )
}
