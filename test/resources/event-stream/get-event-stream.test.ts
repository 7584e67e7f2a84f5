import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { stream, withApp } from '../../support/with-stream.ts'

t.test('GetEventStream answers the event stream of an application', async t => {
  const { call, app, url } = await withApp()
  await call('POST', url, { ...stream, ExternalId: 'x', LastUpdatedBy: 'ann' })
  const { status, body } = await call('GET', url)
  t.equal(status, 200)
  t.strictSame(body, { ...stream, ApplicationId: app, LastModifiedDate: '2026-01-02T03:04:01.000Z' })
})

t.test('an application without an event stream answers 404 with the text that others give', async t => {
  const { call, url, createApp } = await withApp()
  isError(t, await call('GET', url), 404, 'NotFoundException', 'Resource not found')
  const { Id } = await createApp({ Name: 'other' })
  await call('POST', `/v1/apps/${Id}/eventstream`, stream)
  isError(t, await call('GET', url), 404, 'NotFoundException', 'Resource not found')
})

t.test('an unknown application, and one that was deleted, answer 404 NotFoundException', async t => {
  const { call, app, url } = await withApp()
  await call('POST', url, stream)
  await call('DELETE', `/v1/apps/${app}`)
  isError(t, await call('GET', url), 404, 'NotFoundException', 'Application not found')
  const answer = await sharedTestApp().call('GET', '/v1/apps/nope/eventstream')
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
