import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { allSettings, withSettings } from '../../support/with-settings.ts'

t.test('GetApplicationSettings of a new application answers empty objects and its creation date', async t => {
  const { call, url, app, CreationDate } = await withSettings()
  const { status, body } = await call('GET', url)
  t.equal(status, 200)
  t.strictSame(body, {
    CampaignHook: {},
    Limits: {},
    QuietTime: {},
    JourneyLimits: {},
    ApplicationId: app,
    LastModifiedDate: CreationDate,
  })
})

t.test(
  'GetApplicationSettings answers what was written, with no member that the model does not have',
  async t => {
    const { get, update, app } = await withSettings()
    await update({ ...allSettings, EventTaggingEnabled: true, CloudWatchMetricsEnabled: true, More: 1 })
    const written = { ...allSettings, ApplicationId: app, LastModifiedDate: '2026-01-02T03:04:01.000Z' }
    t.strictSame(await get(), written)
    t.strictSame(await get(), written, 'also the second time')
  },
)

t.test('each application has settings of its own, which go with it', async t => {
  const { call, get, update, app, url, createApp } = await withSettings()
  const { Id } = await createApp({ Name: 'other' })
  await update(allSettings)
  t.strictSame((await call('GET', `/v1/apps/${Id}/settings`)).body.Limits, {})
  await call('PUT', `/v1/apps/${Id}/settings`, { Limits: { Daily: 9 } })
  t.strictSame((await get()).Limits, allSettings.Limits)
  await call('DELETE', `/v1/apps/${app}`)
  isError(t, await call('GET', url), 404, 'NotFoundException', 'Application not found')
})

t.test('an unknown application answers 404 NotFoundException', async t => {
  const answer = await sharedTestApp().call('GET', '/v1/apps/nope/settings')
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
