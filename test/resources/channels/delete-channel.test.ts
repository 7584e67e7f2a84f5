import t from 'tap'
import { buildTestApp, isError } from '../../support/helpers.ts'
import { anySecret, channelTypes, newChannel, withChannels } from '../../support/with-channels.ts'

for (const { name, platform, request, answer } of channelTypes) {
  t.test(`Delete${name}Channel answers the channel, disabled, and forgets all that was set`, async t => {
    const { put, get, remove, app } = await withChannels(t)
    await put(platform, request)
    const { status, body } = await remove(platform)
    t.equal(status, 200)
    t.strictSame(body, { ...newChannel(app, platform), ...answer, Enabled: false })
    t.notMatch(JSON.stringify(body), anySecret)
    for (const call of [get, remove]) {
      isError(t, await call(platform), 404, 'NotFoundException', 'Resource not found')
    }
    const again = {
      ...newChannel(app, platform),
      ...answer,
      CreationDate: '2026-01-02T03:04:02.000Z',
      LastModifiedDate: '2026-01-02T03:04:02.000Z',
    }
    t.strictSame((await put(platform, request)).body, again, 'a new one has version 1')
  })
}

t.test('other channels, and those of other applications, stay', async t => {
  const { call, createApp, put, get, remove } = await withChannels(t)
  const { Id } = await createApp()
  const sms = `/v1/apps/${Id}/channels/sms`
  await call('PUT', sms, {})
  for (const platform of ['SMS', 'VOICE']) await put(platform, {})
  await remove('SMS')
  t.equal((await get('VOICE')).status, 200)
  t.equal((await call('GET', sms)).status, 200)
})

t.test('credentials are forgotten with a channel', async t => {
  const { put, remove } = await withChannels(t)
  await put('GCM', { ApiKey: 'k' })
  await remove('GCM')
  isError(t, await put('GCM', { Enabled: true }), 400, 'BadRequestException', 'Missing credentials')
})

t.test('an unknown application answers 404', async t => {
  const answer = await buildTestApp(t).call('DELETE', '/v1/apps/nope/channels/sms')
  isError(t, answer, 404, 'NotFoundException', 'Resource not found')
})
