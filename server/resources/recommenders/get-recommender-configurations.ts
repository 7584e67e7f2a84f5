import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { answerPage, PageQuery } from '../../http/paging.ts'
import { ListRecommenderConfigurationsResponse } from '../../model/recommender.ts'

/**
 * Lists the configurations of all recommender models, newest first (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/recommenders.html
 */
export const getRecommenderConfigurations: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/v1/recommenders',
    {
      config: { operation: 'GetRecommenderConfigurations' },
      schema: { querystring: PageQuery, response: { 200: ListRecommenderConfigurationsResponse } },
    },
    async request => answerPage(request.query, 'recommenders', app.store.recommenders.list),
  )
}
