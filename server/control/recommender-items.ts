import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../http/errors/exceptions.ts'
import { MapOf } from '../model/common.ts'
import { isObject } from '../model/is-object.ts'
import {
  attributeKey,
  isAttributeValue,
  isItems,
  type RecommenderConfiguration,
  type RecommenderItems,
} from '../model/recommender.ts'
import { findRecommender } from '../resources/recommenders/find-recommender.ts'
import { RecommenderParams } from '../resources/recommenders/shapes.ts'
import { describe } from '../validation/explain.ts'

/** The most endpoints, or users, that items are said for. */
const maxRecipients = 10_000

const items = (description: string) =>
  Type.Optional(
    Type.Unsafe<RecommenderItems['endpoints']>({ ...MapOf(Type.Unknown(), maxRecipients), description }),
  )

const Items = Type.Object({
  endpoints: items('By the ids of endpoints'),
  users: items('By UserId, for endpoints that are not named'),
  default: Type.Optional(
    Type.Unsafe<RecommenderItems['default']>({
      ...Type.Unknown(),
      description:
        'For all others: a list of items; where a Lambda function makes attributes of the items, also a map of these',
    }),
  ),
})

/** Says, and answers, what a recommender recommends, as no model is called. */
export const recommenderItems: FastifyPluginAsyncTypebox = async app => {
  const { recommenders } = app.store
  const url = '/_pinpoint/recommenders/:recommenderId/items'

  app.get(
    url,
    {
      config: { operation: 'recommenderItems' },
      schema: {
        summary: 'What a recommender recommends',
        params: RecommenderParams,
        response: { 200: Items },
      },
    },
    async ({ params }) => recommenders.items(findRecommender(app.store, params.recommenderId).Id),
  )

  app.put(
    url,
    {
      config: { operation: 'putRecommenderItems' },
      schema: {
        summary: 'Says what a recommender recommends, instead of what was said before',
        params: RecommenderParams,
        body: Items,
        response: { 204: Type.Null() },
      },
    },
    async ({ params, body }, reply) => {
      await app.store.write(() => {
        const configuration = findRecommender(app.store, params.recommenderId)
        checkItems(configuration, body)
        recommenders.putItems(configuration.Id, body)
      })
      return reply.code(204).send(null)
    },
  )
}

/** @throws BadRequestException for items that do not suit the configuration */
function checkItems(configuration: RecommenderConfiguration, given: RecommenderItems): void {
  for (const group of ['endpoints', 'users'] as const) {
    for (const [id, value] of Object.entries(given[group] ?? {})) {
      checkItem(configuration, `${group}.${id}`, value)
    }
  }
  if (given.default !== undefined) checkItem(configuration, 'default', given.default)
}

function checkItem(
  { RecommendationTransformerUri, Attributes = {} }: RecommenderConfiguration,
  member: string,
  value: unknown,
): void {
  if (isItems(value)) return
  const items = 'must be a list of strings, the recommended items'
  if (RecommendationTransformerUri === undefined) {
    throw badRequest(`${member} ${items}; got ${describe(value)}`)
  }
  const names = Object.keys(Attributes).map(attributeKey)
  if (!isObject(value)) {
    throw badRequest(
      `${member} ${items}, or an object with values of ${names.join(', ')}, which the Lambda function makes; got ${describe(value)}`,
    )
  }
  for (const [name, of] of Object.entries(value)) {
    if (!names.includes(attributeKey(name))) {
      throw badRequest(`${member}.${name} is not one of the configuration's Attributes: ${names.join(', ')}`)
    }
    if (isAttributeValue(of)) continue
    throw badRequest(`${member}.${name} must be a string or a list of strings; got ${describe(of)}`)
  }
}
