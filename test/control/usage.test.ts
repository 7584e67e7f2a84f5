import { CreateSegmentCommand, GetAppCommand, GetAppsCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { createApp, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { spawnEmulator } from '../support/spawn.ts'

t.test('calls are counted by operation and lifecycle, until the next reset', async t => {
  const begun = new Date().toISOString()
  const { url, client } = await startEmulator(t)
  const call = async (method: string, path: string) => {
    const response = await fetch(`${url}${path}`, { method })
    return { status: response.status, body: response.status === 204 ? undefined : await response.json() }
  }
  const ApplicationId = await createApp(client)
  const segment = { ApplicationId, WriteSegmentRequest: { Name: 'all' } }
  await client.send(new CreateSegmentCommand(segment))
  await client.send(new CreateSegmentCommand(segment))
  await client.send(new GetAppCommand({ ApplicationId: 'none' })).catch(() => {})
  await call('GET', '/v1/apps/a/campaigns')
  await call('GET', '/v1/nowhere')

  const { status, body } = await call('GET', '/_pinpoint/usage')
  t.equal(status, 200)
  const { since, ...counted } = body as { since: string }
  t.ok(since >= begun && since <= new Date().toISOString(), since)
  t.strictSame(counted, {
    livesOn: { operations: 2, calls: 2 },
    ended: { operations: 2, calls: 3 },
    items: [
      {
        operation: 'CreateSegment',
        lifecycle: 'ended',
        successor: 'Amazon Connect Customer Profiles',
        calls: 2,
      },
      { operation: 'CreateApp', lifecycle: 'lives-on', calls: 1 },
      { operation: 'GetApp', lifecycle: 'lives-on', calls: 1 },
      {
        operation: 'GetCampaigns',
        lifecycle: 'ended',
        successor: 'Amazon Connect outbound campaigns',
        calls: 1,
      },
    ],
  })

  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  const restored = await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  t.equal(restored.status, 204)
  t.strictSame((await call('GET', '/_pinpoint/usage')).body, body, 'a snapshot does not count as a reset')

  t.equal((await call('POST', '/_pinpoint/reset')).status, 204)
  t.match((await call('GET', '/_pinpoint/usage')).body, {
    livesOn: { operations: 0, calls: 0 },
    ended: { operations: 0, calls: 0 },
    items: { length: 0 },
  })
})

t.test('the end of a process logs once how often ended operations were called', async t => {
  const { client, log, end, url } = await spawnEmulator(t, { EPHEMERAL: 'true' })
  const ApplicationId = await createApp(client)
  await client.send(new CreateSegmentCommand({ ApplicationId, WriteSegmentRequest: { Name: 'all' } }))
  await fetch(`${url}/_pinpoint/reset`, { method: 'POST' })
  await end('SIGTERM')
  const lines = log().filter(({ msg }) => /AWS ended/.test(msg))
  matchEach(t, lines, [
    { msg: '1 call was of 1 operation that AWS ended on 30 October 2026: CreateSegment 1' },
  ])
})

t.test('the end of a process in which no ended operation was called logs nothing of them', async t => {
  const { client, log, end } = await spawnEmulator(t, { EPHEMERAL: 'true' })
  await client.send(new GetAppsCommand({}))
  await end('SIGTERM')
  t.strictSame(
    log().filter(({ msg }) => /AWS ended/.test(msg)),
    [],
  )
})
