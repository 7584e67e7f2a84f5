import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis'
import {
  DeleteEventStreamCommand,
  type PinpointClient,
  PutEventStreamCommand,
  PutEventsCommand,
  SendMessagesCommand,
  UpdateEmailChannelCommand,
} from '@aws-sdk/client-pinpoint'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import kinesalite from 'kinesalite'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { loadConfig } from '../../server/process/config.ts'
import { makeFolder } from '../support/buckets.ts'
import { createApp, createClient, roleArn, start, startEmulator, until } from '../support/helpers.ts'
import { channelSettings } from '../support/sending.ts'

const kinesisArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/events'

async function listen(t: Test, server: Server, port = 0): Promise<number> {
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A client of a Kinesis, with its one stream. */
async function withStream(t: Test, port: number) {
  const client = new KinesisClient({
    ...{ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  })
  t.teardown(() => client.destroy())
  const StreamName = 'events'
  await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }))
  const shard = await until(async () => {
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamName }))
    return StreamDescription?.StreamStatus === 'ACTIVE' ? StreamDescription.Shards?.[0]?.ShardId : undefined
  }, 'the stream')
  /** The types of the events on it, in their order. */
  return async (): Promise<string[]> => {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' }),
    )
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }))
    return Records.map(({ Data }) => JSON.parse(Buffer.from(Data!).toString()).event_type)
  }
}

const putStream = (client: PinpointClient, ApplicationId: string, DestinationStreamArn: string) =>
  client.send(
    new PutEventStreamCommand({
      ApplicationId,
      WriteEventStream: { DestinationStreamArn, RoleArn: roleArn },
    }),
  )

const happen = (client: PinpointClient, ApplicationId: string, EventType: string) =>
  client.send(
    new PutEventsCommand({
      ApplicationId,
      EventsRequest: {
        BatchItem: { e1: { Endpoint: {}, Events: { ev: { EventType, Timestamp: '2027-03-01T09:00:00Z' } } } },
      },
    }),
  )

/** Waits until a stream has some events. */
const untilThere = (read: () => Promise<string[]>, count: number) =>
  until(async () => {
    const types = await read()
    return types.length >= count ? types : undefined
  }, `${count} events on the stream`)

t.test('a Kinesis stream gets the events of its application, those from then on, in their order', async t => {
  const port = await listen(t, kinesalite({ createStreamMs: 0 }))
  const read = await withStream(t, port)
  const { client } = await startEmulator(t, { AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${port}` })
  const [app, other] = [await createApp(client), await createApp(client)]
  await happen(client, app, 'before')
  await putStream(client, app, kinesisArn)
  await happen(client, other, 'elsewhere')
  const expected = Array.from({ length: 20 }, (_, index) => `event ${index}`)
  for (const type of expected) await happen(client, app, type)
  t.strictSame(await untilThere(read, 20), expected)
  await putStream(client, app, kinesisArn)
  await happen(client, app, 'after')
  t.strictSame(await untilThere(read, 21), [...expected, 'after'], 'each comes once')
})

t.test('events wait for a stream that is away, also over a restart', async t => {
  const first = createServer()
  const port = await listen(t, first)
  first.closeAllConnections()
  await new Promise(resolve => first.close(resolve))
  const env = { AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${port}`, DATA_DIR: makeFolder(t) }
  const before = await startEmulator(t, env)
  const app = await createApp(before.client)
  await putStream(before.client, app, kinesisArn)
  await happen(before.client, app, 'one')
  await before.close()

  const { client } = await startEmulator(t, env)
  await happen(client, app, 'two')
  await listen(t, kinesalite({ createStreamMs: 0 }), port)
  const read = await withStream(t, port)
  t.strictSame(await untilThere(read, 2), ['one', 'two'])
})

t.test('a Firehose gets lines; what it refuses for now is sent again', async t => {
  const lines: string[] = []
  let requests = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { Records } = JSON.parse(Buffer.concat(chunks).toString())
    const isRefused = requests++ === 0
    if (!isRefused) {
      for (const { Data } of Records) lines.push(Buffer.from(Data, 'base64').toString())
    }
    const RequestResponses = Records.map(() =>
      isRefused
        ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' }
        : { RecordId: 'r' },
    )
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify({ FailedPutCount: isRefused ? Records.length : 0, RequestResponses }))
  })
  const port = await listen(t, server)
  const { client } = await startEmulator(t, { AWS_ENDPOINT_URL_FIREHOSE: `http://127.0.0.1:${port}` })
  const app = await createApp(client)
  await putStream(client, app, 'arn:aws:firehose:us-east-1:123456789012:deliverystream/events')
  await happen(client, app, 'bought')
  await until(() => lines.length > 0 || undefined, 'a line')
  t.ok(requests > 1)
  t.match(lines, [/^\{"event_type":"bought".*\}\n$/])
})

t.test('an event that is too large for a stream is given up, and the next ones come', async t => {
  const port = await listen(t, kinesalite({ createStreamMs: 0 }))
  const read = await withStream(t, port)
  const lines: { msg: string; givenUp?: number }[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const env = { PORT: '0', EPHEMERAL: 'true', AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${port}` }
  const running = await start(loadConfig(env), log)
  const client = createClient(running.url)
  t.teardown(async () => {
    client.destroy()
    await running.close()
  })
  const app = await createApp(client)
  await putStream(client, app, kinesisArn)
  await client.send(
    new UpdateEmailChannelCommand({ ApplicationId: app, EmailChannelRequest: channelSettings.EMAIL }),
  )
  await happen(client, app, 'before')
  // The events of an e-mail have its subject twice.
  const SimpleEmail = { Subject: { Data: 'x'.repeat(600_000) }, TextPart: { Data: 'hi' } }
  await client.send(
    new SendMessagesCommand({
      ApplicationId: app,
      MessageRequest: {
        MessageConfiguration: { EmailMessage: { SimpleEmail } },
        Addresses: { 'ann@example.com': { ChannelType: 'EMAIL' } },
      },
    }),
  )
  await happen(client, app, 'after')
  t.strictSame(await untilThere(read, 2), ['before', 'after'])
  const given = await until(() => {
    const found = lines.filter(({ givenUp }) => givenUp !== undefined)
    return found.length >= 2 ? found : undefined
  }, 'the log lines')
  t.match(given, [{ givenUp: 1 }, { givenUp: 2 }], '_email.send and _email.delivered')
  t.match(
    given[0]!.msg,
    /^the event \d+ is not put on arn:aws:kinesis:.*: it has 1\d{6} bytes, and a record has/,
  )
})

t.test('the connection to a stream ends with its event stream', async t => {
  const server = createServer((request, response) => {
    request.resume()
    response.end(JSON.stringify({ FailedPutCount: 0, RequestResponses: [] }))
  })
  server.keepAliveTimeout = 0
  let connections = 0
  server.on('connection', socket => {
    connections++
    socket.on('close', () => connections--)
  })
  const port = await listen(t, server)
  const { client } = await startEmulator(t, { AWS_ENDPOINT_URL_FIREHOSE: `http://127.0.0.1:${port}` })
  const apps = [await createApp(client), await createApp(client)]
  for (const [index, app] of apps.entries()) {
    await putStream(client, app, `arn:aws:firehose:us-east-1:123456789012:deliverystream/events${index}`)
    await happen(client, app, 'bought')
  }
  await until(() => connections === 2 || undefined, 'a connection for each stream')
  await client.send(new DeleteEventStreamCommand({ ApplicationId: apps[0]! }))
  await happen(client, apps[1]!, 'bought')
  await until(() => connections === 1 || undefined, 'the connection of the deleted stream to close')
  t.equal(connections, 1, 'the other one stays')
})
