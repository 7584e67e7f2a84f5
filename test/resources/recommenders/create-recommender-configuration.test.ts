import t from 'tap'
import { badRecommenders, largestRecommender } from '../../support/bad-recommenders.ts'
import { isError } from '../../support/helpers.ts'
import { fullRecommender, recommender, withRecommenders } from '../../support/with-recommenders.ts'

t.test('CreateRecommenderConfiguration answers 201 with the configuration and its defaults', async t => {
  const { call, url, create } = await withRecommenders(t)
  const { status, body } = await create()
  t.equal(status, 201)
  t.match(body.Id, /^[0-9a-f]{32}$/)
  t.strictSame(body, {
    ...recommender,
    CreationDate: '2026-01-02T03:04:00.000Z',
    Id: body.Id,
    LastModifiedDate: '2026-01-02T03:04:00.000Z',
    RecommendationProviderIdType: 'PINPOINT_ENDPOINT_ID',
    RecommendationsPerMessage: 5,
  })
  t.strictSame((await call('GET', `${url}/${body.Id}`)).body, body)
})

for (const [what, configuration] of Object.entries({ full: fullRecommender, largest: largestRecommender })) {
  t.test(`the ${what} configuration is answered as it was sent`, async t => {
    const { create } = await withRecommenders(t)
    const { status, body } = await create({ ...configuration, Arn: 'x', tags: { a: 'b' } })
    t.equal(status, 201)
    const { Id, CreationDate, LastModifiedDate, ...sent } = body
    t.strictSame(sent, configuration)
  })
}

t.test('names of recommender configurations need not be unique', async t => {
  const { create } = await withRecommenders(t)
  const [one, other] = [await create(fullRecommender), await create(fullRecommender)]
  t.equal(other.status, 201)
  t.not(one.body.Id, other.body.Id)
})

t.test('a configuration that cannot be answers 400, and nothing is created', async t => {
  const { call, url } = await withRecommenders(t)
  for (const [body, message] of badRecommenders) {
    isError(t, await call('POST', url, body), 400, 'BadRequestException', message)
  }
  t.strictSame((await call('GET', url)).body, { Item: [] })
})

t.test('with quotas, the 101st configuration of an account answers 400', async t => {
  const { call, url, create } = await withRecommenders(t, { quotas: true })
  for (let count = 0; count < 100; count++) t.equal((await create()).status, 201)
  const message = 'An account must have at most 100 recommender configurations'
  isError(t, await create(), 400, 'BadRequestException', message)
  const [first] = (await call('GET', url)).body.Item
  await call('DELETE', `${url}/${first.Id}`)
  t.equal((await create()).status, 201)
})
