import t from 'tap'
import { buildTestApp, isError } from '../../support/helpers.ts'
import { channelTypes, withChannels } from '../../support/with-channels.ts'

for (const { name, platform } of channelTypes) {
  t.test(`Get${name}Channel of a channel that was never set answers 404`, async t => {
    const { get, put } = await withChannels(t)
    const other = channelTypes.find(type => type.platform !== platform)!
    await put(other.platform, other.request)
    isError(t, await get(platform), 404, 'NotFoundException', 'Resource not found')
  })
}

t.test('an unknown application, and one that was deleted, answer 404', async t => {
  const { call, put, get, app } = await withChannels(t)
  await put('SMS', {})
  t.equal((await get('SMS')).status, 200)
  await call('DELETE', `/v1/apps/${app}`)
  isError(t, await get('SMS'), 404, 'NotFoundException', 'Resource not found')
  const answer = await buildTestApp(t).call('GET', '/v1/apps/nope/channels/sms')
  isError(t, answer, 404, 'NotFoundException', 'Resource not found')
})
