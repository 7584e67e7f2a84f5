import t from 'tap'
import { badRecommenders } from '../../support/bad-recommenders.ts'
import { isError } from '../../support/helpers.ts'
import { fullRecommender, recommender, withRecommenders } from '../../support/with-recommenders.ts'

t.test('UpdateRecommenderConfiguration replaces all but the id and the date of creation', async t => {
  const { call, url, create } = await withRecommenders(t)
  const other = (await create(fullRecommender)).body
  const { Id, CreationDate } = (await create(fullRecommender)).body
  const { status, body } = await call('PUT', `${url}/${Id}`, recommender)
  t.equal(status, 200)
  t.strictSame(body, {
    ...recommender,
    CreationDate,
    Id,
    LastModifiedDate: '2026-01-02T03:04:02.000Z',
    RecommendationProviderIdType: 'PINPOINT_ENDPOINT_ID',
    RecommendationsPerMessage: 5,
  })
  t.strictSame((await call('GET', `${url}/${Id}`)).body, body)
  t.strictSame((await call('GET', `${url}/${other.Id}`)).body, other)
})

t.test('a configuration that is refused answers 400, and what was there stays', async t => {
  const { call, url, create } = await withRecommenders(t)
  const before = (await create(fullRecommender)).body
  for (const [body, message] of badRecommenders) {
    isError(t, await call('PUT', `${url}/${before.Id}`, body), 400, 'BadRequestException', message)
  }
  t.strictSame((await call('GET', `${url}/${before.Id}`)).body, before)
})

t.test('an unknown configuration answers 404, whatever the body is', async t => {
  const { call, url } = await withRecommenders(t)
  for (const body of [recommender, { Name: 7 }, undefined]) {
    const answer = await call('PUT', `${url}/nope`, body)
    isError(t, answer, 404, 'NotFoundException', 'Recommender not found: nope')
  }
  t.strictSame((await call('GET', url)).body, { Item: [] })
})
