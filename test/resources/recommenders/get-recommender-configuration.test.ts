import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { fullRecommender, withRecommenders } from '../../support/with-recommenders.ts'

t.test('GetRecommenderConfiguration answers one configuration', async t => {
  const { call, url, create } = await withRecommenders(t)
  const [one, other] = [(await create()).body, (await create(fullRecommender)).body]
  for (const created of [one, other]) {
    const { status, body } = await call('GET', `${url}/${created.Id}`)
    t.equal(status, 200)
    t.strictSame(body, created)
  }
})

t.test('an unknown configuration answers 404 with its id', async t => {
  const { call, url } = await withRecommenders(t)
  isError(t, await call('GET', `${url}/nope`), 404, 'NotFoundException', 'Recommender not found: nope')
})
