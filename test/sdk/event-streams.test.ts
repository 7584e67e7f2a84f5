import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis'
import { type PinpointClient, PutEventStreamCommand, PutEventsCommand } from '@aws-sdk/client-pinpoint'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import kinesalite from 'kinesalite'
import t, { type Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { createApp, roleArn, startEmulator, until } from '../support/helpers.ts'

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
