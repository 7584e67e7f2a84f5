import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { stream, withApp } from '../../support/with-stream.ts'

t.test('DeleteEventStream answers 200 with the event stream as it was, which is then gone', async t => {
  const { call, url } = await withApp()
  const before = (await call('POST', url, stream)).body
  const { status, body } = await call('DELETE', url)
  t.equal(status, 200)
  t.strictSame(body, before)
  for (const method of ['GET', 'DELETE'] as const) {
    isError(t, await call(method, url), 404, 'NotFoundException', 'Resource not found')
  }
  t.equal((await call('POST', url, stream)).status, 200, 'there may be one again')
})

t.test('the event stream of another application stays', async t => {
  const { call, url, createApp } = await withApp()
  const { Id } = await createApp({ Name: 'other' })
  await call('POST', url, stream)
  await call('POST', `/v1/apps/${Id}/eventstream`, stream)
  await call('DELETE', url)
  t.match(await call('GET', `/v1/apps/${Id}/eventstream`), { status: 200, body: stream })
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const answer = await sharedTestApp().call('DELETE', '/v1/apps/nope/eventstream')
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
