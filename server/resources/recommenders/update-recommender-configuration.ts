import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { RecommenderConfigurationResponse, UpdateRecommenderConfiguration } from '../../model/recommender.ts'
import { define } from './configuration.ts'
import { findRecommender } from './find-recommender.ts'
import { RecommenderParams } from './shapes.ts'

/**
 * Replaces all of a configuration: members that are not given are absent, or have their defaults
 * (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/recommenders-recommender-id.html
 */
export const updateRecommenderConfiguration: FastifyPluginAsyncTypebox = async app => {
  app.put(
    '/v1/recommenders/:recommenderId',
    {
      config: { operation: 'UpdateRecommenderConfiguration' },
      schema: {
        params: RecommenderParams,
        body: UpdateRecommenderConfiguration,
        response: { 200: RecommenderConfigurationResponse },
      },
      // An unknown configuration is reported before errors in the body (assumed).
      preValidation: async request => void findRecommender(app.store, request.params.recommenderId),
    },
    async request => {
      const { recommenderId } = request.params
      const configuration = define(request.body)
      return app.store.write(() => {
        // Again: it may have been deleted meanwhile.
        findRecommender(app.store, recommenderId)
        app.store.recommenders.update(recommenderId, configuration, app.now().toISOString())
        return findRecommender(app.store, recommenderId)
      })
    },
  )
}
