import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { RecommenderConfigurationResponse } from '../../model/recommender.ts'
import { findRecommender } from './find-recommender.ts'
import { RecommenderParams } from './shapes.ts'

/**
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/recommenders-recommender-id.html
 */
export const getRecommenderConfiguration: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/recommenders/:recommenderId',
    {
      config: { operation: 'GetRecommenderConfiguration' },
      schema: { params: RecommenderParams, response: { 200: RecommenderConfigurationResponse } },
    },
    async request => findRecommender(app.store, request.params.recommenderId),
  )
}
