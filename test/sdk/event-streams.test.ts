import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
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
import { controlOf } from '../support/control.ts'
import { createApp, createClient, roleArn, start, startEmulator, until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
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
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
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

/** An emulator, and what it logs about streams. */
async function startWithLog(t: Test, env: Record<string, string>) {
  const lines: { msg: string; level: number; stream?: string; givenUp?: number }[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const running = await start(loadConfig({ PORT: '0', EPHEMERAL: 'true', ...env }), log)
  const client = createClient(running.url)
  t.teardown(async () => {
    client.destroy()
    await running.close()
  })
  return { ...running, client, lines }
}

/**
 * A Kinesis whose streams need not be created.
 *
 * @param refuse the ErrorCode for an event of this type, `drop` for a connection that is closed
 */
async function startDouble(
  t: Test,
  refuse: (stream: string, type: string) => Promise<undefined> | string | undefined,
) {
  const taken: Record<string, string[]> = {}
  /** How many requests each stream has had. */
  const requests: Record<string, number> = {}
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined)
    // The emulator has ended the request.
    if (body === undefined) return
    const { StreamName, Records } = JSON.parse(body)
    requests[StreamName] = (requests[StreamName] ?? 0) + 1
    const types: string[] = Records.map(
      ({ Data }: { Data: string }) => JSON.parse(Buffer.from(Data, 'base64').toString()).event_type,
    )
    const codes = await Promise.all(types.map(type => refuse(StreamName, type)))
    if (codes.includes('drop')) return void request.socket.destroy()
    taken[StreamName] ??= []
    taken[StreamName].push(...types.filter((_, index) => codes[index] === undefined))
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    const results = codes.map(code =>
      code === undefined
        ? { SequenceNumber: '1', ShardId: 'shardId-0' }
        : { ErrorCode: code, ErrorMessage: 'Slow down.' },
    )
    response.end(JSON.stringify({ FailedRecordCount: codes.filter(Boolean).length, Records: results }))
  })
  const env = { AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${await listen(t, server)}` }
  return { env, taken, requests }
}

const arnOf = (stream: string) => `arn:aws:kinesis:eu-west-1:123456789012:stream/${stream}`

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
  matchEach(t, lines, [/^\{"event_type":"bought".*\}\n$/])
})

t.test('an event that is too large for a stream is given up, and the next ones come', async t => {
  const port = await listen(t, kinesalite({ createStreamMs: 0 }))
  const read = await withStream(t, port)
  const { client, lines } = await startWithLog(t, { AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${port}` })
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
  // _email.send and _email.delivered.
  matchEach(t, given, [{ givenUp: 1 }, { givenUp: 2 }])
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

t.test('a stream that never answers delays no other one, and not the end either', async t => {
  let asked = 0
  let dropped = 0
  const silent = createServer(request => {
    asked++
    request.socket.on('close', () => dropped++)
  })
  let lines = 0
  const firehose = createServer(async (request, response) => {
    lines += JSON.parse(await text(request)).Records.length
    response.end(JSON.stringify({ FailedPutCount: 0, RequestResponses: [] }))
  })
  const { client, close } = await startEmulator(t, {
    AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${await listen(t, silent)}`,
    AWS_ENDPOINT_URL_FIREHOSE: `http://127.0.0.1:${await listen(t, firehose)}`,
  })
  const [waiting, served] = [await createApp(client), await createApp(client)]
  await putStream(client, waiting, kinesisArn)
  await putStream(client, served, 'arn:aws:firehose:us-east-1:123456789012:deliverystream/events')
  await happen(client, waiting, 'bought')
  await until(() => asked === 1 || undefined, 'the request that is not answered')
  await happen(client, served, 'bought')
  await until(() => lines === 1 || undefined, 'the event on the other stream')
  await client.send(new DeleteEventStreamCommand({ ApplicationId: waiting }))
  await until(() => dropped === 1 || undefined, 'the request to end with the event stream')
  await putStream(client, waiting, kinesisArn)
  await happen(client, waiting, 'bought')
  await until(() => asked === 2 || undefined, 'another request that is not answered')
  await close()
  await until(() => dropped === 2 || undefined, 'the end of that request')
})

t.test(
  'a stream that refuses all records delays no other one, and the log says once that they wait',
  async t => {
    let isRefusing = true
    const { env, taken, requests } = await startDouble(t, stream =>
      stream === 'a' && isRefusing ? 'ProvisionedThroughputExceededException' : undefined,
    )
    const { client, lines } = await startWithLog(t, env)
    const [a, b] = [await createApp(client), await createApp(client)]
    await putStream(client, a, arnOf('a'))
    await putStream(client, b, arnOf('b'))
    await happen(client, a, 'one')
    await until(() => requests.a! > 2 || undefined, 'some attempts')
    await happen(client, b, 'other')
    await until(() => taken.b?.length === 1 || undefined, 'the event of the other stream')
    await happen(client, a, 'two')
    isRefusing = false
    await until(() => taken.a!.length === 2 || undefined, 'both events')
    t.strictSame(taken, { a: ['one', 'two'], b: ['other'] })
    const ofStreams = () => lines.filter(({ stream }) => stream !== undefined)
    await until(() => ofStreams().length === 2 || undefined, 'the line about the end of the wait')
    matchEach(t, ofStreams(), [
      {
        stream: arnOf('a'),
        level: 40,
        msg: /^events wait, as \S+ does not take them: ProvisionedThroughputExceededException: Slow down\.; they/,
      },
      { stream: arnOf('a'), level: 30, msg: /takes events again$/ },
    ])
  },
)

t.test('events that wait are not put after their event stream is deleted, nor after a reset', async t => {
  let isRefusing = true
  const { env, taken, requests } = await startDouble(t, () => (isRefusing ? 'InternalFailure' : undefined))
  const { client, url } = await startEmulator(t, env)
  const refused = async (app: string, type: string) => {
    isRefusing = true
    const before = requests.a ?? 0
    await putStream(client, app, arnOf('a'))
    await happen(client, app, type)
    await until(() => (requests.a ?? 0) > before || undefined, 'an attempt')
  }
  const served = async (app: string, type: string) => {
    isRefusing = false
    await putStream(client, app, arnOf('a'))
    await happen(client, app, type)
    await until(() => taken.a!.includes(type) || undefined, `${type} on the stream`)
  }
  const app = await createApp(client)
  await refused(app, 'before')
  await client.send(new DeleteEventStreamCommand({ ApplicationId: app }))
  await served(app, 'after')
  await refused(app, 'before')
  t.equal((await fetch(`${url}/_pinpoint/reset`, { method: 'POST' })).status, 204)
  await served(await createApp(client), 'later')
  t.strictSame(taken.a, ['after', 'later'])
})

t.test('of two applications with one stream, the one that deletes it gets nothing more there', async t => {
  let isRefusing = true
  const { env, taken, requests } = await startDouble(t, () => (isRefusing ? 'InternalFailure' : undefined))
  const { client } = await startEmulator(t, env)
  const [a, b] = [await createApp(client), await createApp(client)]
  for (const app of [a, b]) await putStream(client, app, arnOf('shared'))
  await happen(client, a, 'one')
  await until(() => requests.shared! > 1 || undefined, 'an attempt')
  await client.send(new DeleteEventStreamCommand({ ApplicationId: a }))
  isRefusing = false
  await happen(client, b, 'two')
  await until(() => taken.shared!.length > 0 || undefined, 'an event')
  t.strictSame(taken.shared, ['two'])
})

t.test(
  'an answer that comes after the event stream was made anew does not bring back earlier events',
  async t => {
    const answer = Promise.withResolvers<undefined>()
    const { env, taken, requests } = await startDouble(t, (_, type) =>
      type === 'one' ? answer.promise : undefined,
    )
    const { client } = await startEmulator(t, env)
    const [a, b] = [await createApp(client), await createApp(client)]
    // Because of the other application, the request goes on.
    for (const app of [a, b]) await putStream(client, app, arnOf('shared'))
    await happen(client, a, 'one')
    await until(() => requests.shared, 'the request')
    await client.send(new DeleteEventStreamCommand({ ApplicationId: a }))
    await happen(client, a, 'between')
    await putStream(client, a, arnOf('shared'))
    answer.resolve(undefined)
    await happen(client, a, 'after')
    await until(() => taken.shared?.includes('after') || undefined, 'the last event')
    t.strictSame(taken.shared, ['one', 'after'])
  },
)

t.test('events of other applications that are removed are not told as lost', async t => {
  const { env, taken } = await startDouble(t, () => undefined)
  const { url, client, lines } = await startWithLog(t, { ...env, OUTBOX_LIMIT: '2' })
  const [app, other] = [await createApp(client), await createApp(client)]
  await putStream(client, app, arnOf('a'))
  await happen(client, app, 'one')
  await until(() => taken.a?.length === 1 || undefined, 'the first event')
  const call = controlOf(url)
  await call('PUT', `/_pinpoint/v1/apps/${other}/channels/sms`, {})
  for (let count = 0; count < 5; count++) {
    await call('POST', `/_pinpoint/v1/apps/${other}/messages`, {
      Addresses: { '+15551234567': { ChannelType: 'SMS' } },
      MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
    })
  }
  await happen(client, app, 'two')
  await until(() => taken.a!.length === 2 || undefined, 'the second event')
  t.strictSame(
    lines.filter(({ level }) => level >= 40),
    [],
  )
})

t.test('what a stream refuses of a batch is put again, without what it has taken', async t => {
  let isRefused = (_type: string) => true
  const { env, taken, requests } = await startDouble(t, (_, type) =>
    isRefused(type) ? 'InternalFailure' : undefined,
  )
  const { client, lines } = await startWithLog(t, env)
  const app = await createApp(client)
  await putStream(client, app, arnOf('a'))
  for (const type of ['one', 'two', 'three', 'four']) await happen(client, app, type)
  await until(() => requests.a || undefined, 'an attempt')
  isRefused = type => type === 'two' || type === 'four'
  await until(() => taken.a!.length >= 2 || undefined, 'the others')
  isRefused = type => type === 'two'
  await until(() => taken.a!.length >= 3 || undefined, 'the fourth')
  await happen(client, app, 'five')
  const before = requests.a!
  await until(() => requests.a! > before + 1 || undefined, 'further attempts')
  isRefused = () => false
  await until(() => taken.a!.includes('two') || undefined, 'the second')
  await happen(client, app, 'six')
  await until(() => taken.a!.includes('six') || undefined, 'the last')
  t.strictSame(taken.a, ['one', 'three', 'four', 'five', 'two', 'six'])
  t.equal(lines.filter(({ msg }) => msg.startsWith('events wait')).length, 1)
})

t.test('a stream that is away is tried again at its own pace, whatever the others get', async t => {
  const { env, taken, requests } = await startDouble(t, stream => (stream === 'away' ? 'drop' : undefined))
  const { client } = await startEmulator(t, env)
  const [waiting, served] = [await createApp(client), await createApp(client)]
  await putStream(client, waiting, arnOf('away'))
  await putStream(client, served, arnOf('there'))
  await happen(client, waiting, 'waits')
  await until(() => requests.away || undefined, 'an attempt')
  const expected = Array.from({ length: 30 }, (_, index) => `event ${index}`)
  for (const [index, type] of expected.entries()) {
    await happen(client, served, type)
    await until(() => taken.there?.length === index + 1 || undefined, type)
  }
  t.strictSame(taken.there, expected)
  t.ok(requests.away! < expected.length, 'no attempt for each event of the other stream')
})
