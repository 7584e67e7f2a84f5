import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { fullRecommender, withRecommenders } from '../../support/with-recommenders.ts'

t.test('DeleteRecommenderConfiguration answers the configuration as it was, which is then gone', async t => {
  const { call, url, create } = await withRecommenders(t)
  const other = (await create()).body
  const created = (await create(fullRecommender)).body
  const { status, body } = await call('DELETE', `${url}/${created.Id}`)
  t.equal(status, 200)
  t.strictSame(body, created)
  t.strictSame((await call('GET', url)).body, { Item: [other] })
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    const answer = await call(method, `${url}/${created.Id}`, method === 'PUT' ? fullRecommender : undefined)
    isError(t, answer, 404, 'NotFoundException', `Recommender not found: ${created.Id}`)
  }
})
