import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { recommender, withRecommenders } from '../../support/with-recommenders.ts'

t.test('GetRecommenderConfigurations answers all configurations, newest first, in pages', async t => {
  const { call, url, create } = await withRecommenders(t)
  t.strictSame((await call('GET', url)).body, { Item: [] })
  const created = []
  for (const Name of ['a', 'b', 'c']) created.unshift((await create({ ...recommender, Name })).body)
  t.strictSame((await call('GET', url)).body, { Item: created })

  const first = (await call('GET', `${url}?page-size=2`)).body
  t.strictSame(first.Item, created.slice(0, 2))
  await create()
  const last = (await call('GET', `${url}?page-size=2&token=${first.NextToken}`)).body
  t.strictSame(last, { Item: created.slice(2) })
})

t.test('a page size or token that cannot be answers 400', async t => {
  const { call, url } = await withRecommenders(t)
  isError(t, await call('GET', `${url}?page-size=0`), 400, 'BadRequestException', /^page-size must be/)
  isError(t, await call('GET', `${url}?token=x`), 400, 'BadRequestException', /^token must be/)
})
