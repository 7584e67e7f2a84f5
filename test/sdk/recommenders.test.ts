import {
  CreateRecommenderConfigurationCommand,
  DeleteRecommenderConfigurationCommand,
  GetRecommenderConfigurationCommand,
  GetRecommenderConfigurationsCommand,
  UpdateRecommenderConfigurationCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { startEmulator } from '../support/helpers.ts'
import { fullRecommender, recommender } from '../support/with-recommenders.ts'

t.test('a recommender configuration is created, read, listed, replaced and deleted', async t => {
  const { client, url } = await startEmulator(t)
  const { RecommenderConfigurationResponse: created } = await client.send(
    new CreateRecommenderConfigurationCommand({ CreateRecommenderConfiguration: fullRecommender }),
  )
  t.match(created, fullRecommender)
  const RecommenderId = created!.Id!
  const get = async () =>
    (await client.send(new GetRecommenderConfigurationCommand({ RecommenderId })))
      .RecommenderConfigurationResponse
  const list = async () =>
    (await client.send(new GetRecommenderConfigurationsCommand({ PageSize: '10' })))
      .ListRecommenderConfigurationsResponse!.Item
  t.strictSame(await get(), created)
  t.strictSame(await list(), [created])

  const { RecommenderConfigurationResponse: replaced } = await client.send(
    new UpdateRecommenderConfigurationCommand({
      RecommenderId,
      UpdateRecommenderConfiguration: recommender,
    }),
  )
  t.match(replaced, { ...recommender, Id: RecommenderId, RecommendationsPerMessage: 5 })
  t.notOk('Attributes' in replaced!)
  t.strictSame(await get(), replaced)
  await t.rejects(
    client.send(
      new UpdateRecommenderConfigurationCommand({
        RecommenderId,
        UpdateRecommenderConfiguration: { ...recommender, RecommendationsPerMessage: 6 },
      }),
    ),
    { name: 'BadRequestException', message: /^RecommendationsPerMessage must be/ },
  )

  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  const { RecommenderConfigurationResponse: deleted } = await client.send(
    new DeleteRecommenderConfigurationCommand({ RecommenderId }),
  )
  t.strictSame(deleted, replaced)
  await t.rejects(get(), { name: 'NotFoundException', message: `Recommender not found: ${RecommenderId}` })
  await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  t.strictSame(await list(), [replaced])
  await fetch(`${url}/_pinpoint/reset`, { method: 'POST' })
  t.strictSame(await list(), [])
})
