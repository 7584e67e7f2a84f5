import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { type StreamOptions, startEventStreams } from '../../server/delivery/stream-events.ts'
import { EventBus } from '../../server/events/event-bus.ts'
import { buildTestApp, until } from '../support/helpers.ts'
import { stream } from '../support/with-stream.ts'

t.test(
  'a request that a stream does not answer in time is made again, however far the answer had come',
  async t => {
    let isAnswering = false
    let requests = 0
    const server = createServer((request, response) => {
      request.resume()
      const answer = JSON.stringify({ FailedRecordCount: 0, Records: [] })
      response.setHeader('content-type', 'application/x-amz-json-1.1')
      response.setHeader('content-length', answer.length)
      if (isAnswering) response.end(answer)
      // Nothing at all, then the beginning of an answer.
      else if (requests++ % 2 === 1) response.write(answer.slice(0, 5))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
    })
    const bus = new EventBus()
    const { call, createApp, store } = buildTestApp(t, { bus })
    const lines: string[] = []
    const note: StreamOptions['log']['info'] = (_, line) => void lines.push(line)
    const streams = startEventStreams(
      {
        kinesisEndpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        firehoseEndpoint: undefined,
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      },
      { store, bus, log: { info: note, warn: note }, firstPause: 1, answerTimeout: 250 },
    )
    const app = await createApp()
    await call('POST', `/v1/apps/${app.Id}/eventstream`, stream)
    const Events = { ev1: { EventType: 'bought', Timestamp: '2027-03-01T09:00:00Z' } }
    await call('POST', `/v1/apps/${app.Id}/events`, { BatchItem: { e1: { Endpoint: {}, Events } } })
    await until(() => requests > 2 || undefined, 'further attempts')
    isAnswering = true
    await until(() => lines.length > 1 || undefined, 'the end of the wait')
    await streams.close()
    const arn = stream.DestinationStreamArn
    t.strictSame(lines, [
      `events wait, as ${arn} does not take them: it has not answered within 0.25 s; they are tried again at least every 5 s`,
      `${arn} takes events again`,
    ])
  },
)
