import t from 'tap'
import { buildTestApp, isError } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'

t.test('GetApps answers every application, newest first, each as GetApp does', async t => {
  const { call, createApp } = buildTestApp(t)
  const one = await createApp({ Name: 'one', tags: { a: 'b' } })
  const two = await createApp({ Name: 'two' })
  const { status, body } = await call('GET', '/v1/apps')
  t.equal(status, 200)
  t.strictSame(body, { Item: [two, one] })
})

t.test('GetApps answers an empty list when there is no application', async t => {
  const { call } = buildTestApp(t)
  t.strictSame((await call('GET', '/v1/apps')).body, { Item: [] })
})

t.test('GetApps answers in pages', async t => {
  const { call, createApp } = buildTestApp(t)
  for (const Name of ['one', 'two', 'three']) await createApp({ Name })
  const first = (await call('GET', '/v1/apps?page-size=2')).body
  matchEach(t, first.Item, [{ Name: 'three' }, { Name: 'two' }])
  const second = (await call('GET', `/v1/apps?page-size=2&token=${first.NextToken}`)).body
  t.equal(second.NextToken, undefined)
  matchEach(t, second.Item, [{ Name: 'one' }])
})

t.test('a wrong page size or token answers 400', async t => {
  const { call } = buildTestApp(t)
  const size = await call('GET', '/v1/apps?page-size=0')
  isError(t, size, 400, 'BadRequestException', /^page-size must be/)
  isError(t, await call('GET', '/v1/apps?token=x'), 400, 'BadRequestException', /^token must be/)
})
