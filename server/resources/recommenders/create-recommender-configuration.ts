import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { badRequest } from '../../http/errors/exceptions.ts'
import { newId } from '../../model/arn.ts'
import { recommenderConfigurations } from '../../model/quotas.ts'
import { CreateRecommenderConfiguration, RecommenderConfigurationResponse } from '../../model/recommender.ts'
import { define } from './configuration.ts'
import { findRecommender } from './find-recommender.ts'

/**
 * Creates the configuration of a recommender model. Names may repeat (assumed). Neither the model
 * nor the Lambda function is looked for.
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/recommenders.html
 */
export const createRecommenderConfiguration: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/recommenders',
    {
      config: { operation: 'CreateRecommenderConfiguration' },
      schema: { body: CreateRecommenderConfiguration, response: { 201: RecommenderConfigurationResponse } },
    },
    async (request, reply) => {
      const configuration = define(request.body)
      const id = newId()
      const created = await app.store.write(() => {
        if (app.quotas && app.store.recommenders.count() >= recommenderConfigurations) {
          throw badRequest(
            `An account must have at most ${recommenderConfigurations} recommender configurations`,
          )
        }
        app.store.recommenders.create(id, configuration, app.now().toISOString())
        return findRecommender(app.store, id)
      })
      return reply.code(201).send(created)
    },
  )
}
