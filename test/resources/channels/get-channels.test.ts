import t from 'tap'
import { buildTestApp, isError } from '../../support/helpers.ts'
import { channelTypes, newChannel, withChannels } from '../../support/with-channels.ts'

const inApp = { Enabled: true, IsArchived: false, Version: 0 }

t.test('GetChannels of a new application answers the in-app channel alone', async t => {
  const { call, channels } = await withChannels(t)
  const { status, body } = await call('GET', channels)
  t.equal(status, 200)
  t.strictSame(body, { Channels: { IN_APP: inApp } })
})

t.test('GetChannels answers all channels, without what is special to their types', async t => {
  const { call, put, channels, app } = await withChannels(t)
  const expected: Record<string, object> = { IN_APP: inApp }
  for (const [index, { platform, request, answer }] of channelTypes.entries()) {
    await put(platform, request)
    const { Platform, ...channel } = newChannel(app, platform)
    const date = `2026-01-02T03:04:${String(index + 1).padStart(2, '0')}.000Z`
    expected[platform] = {
      ...channel,
      ...('HasCredential' in answer && { HasCredential: true }),
      CreationDate: date,
      LastModifiedDate: date,
    }
  }
  t.strictSame((await call('GET', channels)).body, { Channels: expected })
})

t.test('disabled channels are listed, and deleted ones are not', async t => {
  const { call, put, remove, channels } = await withChannels(t)
  await put('SMS', { Enabled: false })
  await put('VOICE', {})
  await remove('VOICE')
  const { Channels } = (await call('GET', channels)).body
  t.strictSame(Object.keys(Channels).sort(), ['IN_APP', 'SMS'])
  t.match(Channels.SMS, { Enabled: false })
})

t.test('an unknown application, and one that was deleted, answer 404', async t => {
  const { call, put, channels, app } = await withChannels(t)
  await put('SMS', {})
  await call('DELETE', `/v1/apps/${app}`)
  isError(t, await call('GET', channels), 404, 'NotFoundException', 'Resource not found')
  const answer = await buildTestApp(t).call('GET', '/v1/apps/nope/channels')
  isError(t, answer, 404, 'NotFoundException', 'Resource not found')
})
