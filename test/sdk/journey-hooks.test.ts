import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { countRows } from '../support/database.ts'
import { until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { journeyOf } from '../support/journeys.ts'

/** A custom channel that has been called with two endpoints by a journey, and has yet to answer. */
async function withCallUnderWay(t: Test) {
  const calls: ServerResponse[] = []
  const server = createServer((_, response) => calls.push(response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const DeliveryUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const called = once(server, 'request')

  const dataDir = makeFolder(t)
  const built = await withRunningCampaigns(t, { env: { DATA_DIR: dataDir } })
  const { app, endpoints, ok, segment } = built
  await endpoints({ Id: 'e1' }, { Id: 'e2' })
  await ok('POST', '/v1/templates/hello/sms', { Body: 'Hello' })
  const Activities = {
    call: { CUSTOM: { DeliveryUri, EndpointTypes: ['SMS'], NextActivity: 'after' } },
    after: { SMS: { TemplateName: 'hello' } },
  }
  const journey = journeyOf(segment, { RefreshFrequency: 'P1D', StartActivity: 'call', Activities })
  const { Id } = await ok('POST', `/v1/apps/${app}/journeys`, journey)
  await called
  const url = `/v1/apps/${app}/journeys/${Id}`
  const metrics = async (path: string) => (await ok('GET', `${url}${path}/execution-metrics`)).Metrics
  return {
    ...built,
    url,
    calls,
    /** Waits until the worker has purged the rows of what was deleted. */
    purged: () => until(() => countRows(dataDir).journeys === undefined || undefined, 'the purging'),
    setState: (State: string) => ok('PUT', `${url}/state`, { State }),
    /** The channel answers, and what the journey does then has run. */
    async answer() {
      for (const call of calls) call.end('{}')
      await built.advance()
    },
    /** The activities of the messages, in the order of sending. */
    async sent(): Promise<string[]> {
      const { items } = await ok('GET', `/_pinpoint/messages?journey=${Id}`)
      return items.reverse().map((message: { activity: string }) => message.activity)
    },
    /** Counters of the journey, and of the activity that has called. */
    counted: async () => ({ journey: await metrics(''), call: await metrics('/activities/call') }),
  }
}

t.test('what is delivered while a journey is paused is recorded, and participants go on later', async t => {
  const { advance, answer, calls, counted, ok, sent, setState, url } = await withCallUnderWay(t)
  await setState('PAUSED')
  await answer()
  t.strictSame(await sent(), ['call', 'call'])
  t.match(await counted(), { journey: { ENDPOINT_ACTIVE: '2' }, call: { SUCCESS: '2' } })
  await advance({ by: 'PT1H' })
  t.equal((await sent()).length, 2, 'nobody goes on in a pause')
  await setState('ACTIVE')
  await advance()
  t.strictSame(await sent(), ['call', 'call', 'after', 'after'])
  t.equal(calls.length, 1, 'the channel is not called again')
  matchEach(t, (await ok('GET', `${url}/runs`)).Item, [{ Status: 'COMPLETED' }])
})

t.test('what is delivered while a journey is cancelled is recorded, and nobody goes on', async t => {
  const { advance, answer, calls, counted, sent, setState } = await withCallUnderWay(t)
  await setState('CANCELLED')
  await answer()
  await advance({ by: 'P2D' })
  t.strictSame(await sent(), ['call', 'call'])
  t.strictSame(await counted(), {
    journey: { CANCELLED: '2', ENDPOINT_ENTERED: '2' },
    call: { SUCCESS: '2' },
  })
  t.equal(calls.length, 1)
})

t.test('what is delivered while a journey is deleted is recorded', async t => {
  const { answer, ok, purged, sent, url } = await withCallUnderWay(t)
  await ok('DELETE', url)
  await purged()
  await answer()
  t.strictSame(await sent(), ['call', 'call'])
})

t.test('what is delivered while its application is deleted goes with it', async t => {
  const { answer, app, ok, purged, sent } = await withCallUnderWay(t)
  await ok('DELETE', `/v1/apps/${app}`)
  await purged()
  await answer()
  t.strictSame(await sent(), [])
})

t.test(
  'the event of a message that a custom channel has not got tells CUSTOM, whatever the endpoint',
  async t => {
    const { app, endpoints, ok, segment, advance } = await withRunningCampaigns(t)
    await endpoints({ Id: 'e1' })
    const Activities = {
      call: { CUSTOM: { DeliveryUri: 'http://127.0.0.1/deliver', EndpointTypes: ['EMAIL'] } },
    }
    const journey = journeyOf(segment, { StartActivity: 'call', Activities })
    const { Id } = await ok('POST', `/v1/apps/${app}/journeys`, journey)
    await advance()
    const { items } = await ok('GET', `/_pinpoint/events?journey=${Id}`)
    matchEach(t, items, [
      {
        event: {
          event_type: '_journey.send',
          attributes: {
            journey_send_status: 'UNSUPPORTED_CHANNEL',
            journey_activity_type: 'CUSTOM',
            delivery_type: 'CUSTOM',
          },
        },
      },
    ])
  },
)
