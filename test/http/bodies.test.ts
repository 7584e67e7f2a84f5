import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { UpdateEndpointCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { answerOf, buildTestApp, createApp, createClient, isError } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { onlyLong } from '../support/long.ts'
import { listen, sendRaw } from '../support/raw-http.ts'
import { withSending } from '../support/sending.ts'

const limit = 7 * 1024 * 1024

const ofStrings = 'a list, each entry a string'

/** The maps that requests hold, by their paths, and what their values must be. */
const mapsOfRequests: {
  operation: string
  method: 'POST' | 'PUT'
  url: (app: { Id: string; Arn: string }) => string
  body?: object
  maps: Record<string, string>
}[] = [
  {
    operation: 'CreateApp',
    method: 'POST',
    url: () => '/v1/apps',
    body: { Name: 'y' },
    maps: { tags: 'a string' },
  },
  {
    operation: 'TagResource',
    method: 'POST',
    url: ({ Arn }) => `/v1/tags/${encodeURIComponent(Arn)}`,
    maps: { tags: 'a string' },
  },
  {
    operation: 'UpdateEndpoint',
    method: 'PUT',
    url: ({ Id }) => `/v1/apps/${Id}/endpoints/e`,
    maps: { Attributes: ofStrings, Metrics: 'a number', 'User.UserAttributes': ofStrings },
  },
  {
    operation: 'CreateSegment',
    method: 'POST',
    url: ({ Id }) => `/v1/apps/${Id}/segments`,
    maps: {
      tags: 'a string',
      'Dimensions.Attributes': 'an object',
      'Dimensions.UserAttributes': 'an object',
      'Dimensions.Metrics': 'an object',
    },
  },
  {
    operation: 'CreateRecommenderConfiguration',
    method: 'POST',
    url: () => '/v1/recommenders',
    body: { RecommendationProviderRoleArn: 'r', RecommendationProviderUri: 'u' },
    maps: { Attributes: 'a string' },
  },
]

/** Creates an application by a body that is sent as it is. */
async function post(t: Test, payload?: string | Buffer, headers: Record<string, string> = {}) {
  const { app, call } = buildTestApp(t)
  const response = await app.inject({
    method: 'POST',
    url: '/v1/apps',
    headers,
    ...(payload !== undefined && { payload }),
  })
  return { answer: answerOf(response), apps: (await call('GET', '/v1/apps')).body.Item }
}

for (const [title, payload] of Object.entries({
  'that is cut off': '{"Name":"x"',
  'without quotes around names': '{Name:"x"}',
  'of two documents': '{"Name":"x"}{"Name":"y"}',
  'of blanks': '  ',
  'of a form': 'Name=x',
  'that is not UTF-8': Buffer.from([0x7b, 0x22, 0x4e, 0x61, 0x6d, 0x65, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
})) {
  t.test(`a body ${title} answers 400 and creates nothing`, async t => {
    const { answer, apps } = await post(t, payload)
    isError(t, answer, 400, 'BadRequestException', /^The request body must be JSON: ./)
    t.strictSame(apps, [])
  })
}

for (const [what, got, payload] of [
  ['a list', 'a list', '[{"Name":"x"}]'],
  ['a string', '"x"', '"x"'],
  ['a number', '7', '7'],
  ['true', 'true', 'true'],
]) {
  t.test(`a body that is ${what} answers 400`, async t => {
    const { answer } = await post(t, payload)
    isError(t, answer, 400, 'BadRequestException', `The request body must be a JSON object; got ${got}`)
  })
}

t.test('a body that is null answers 400', async t => {
  const { answer } = await post(t, 'null')
  isError(t, answer, 400, 'BadRequestException', /^The request body .*must be a JSON object/)
})

for (const [title, headers] of Object.entries<Record<string, string>>({
  'no body': {},
  'no body under application/json': { 'content-type': 'application/json' },
  'a body of no bytes': { 'content-type': 'application/json', 'content-length': '0' },
})) {
  t.test(`${title}, where one is required, answers 400 and says so`, async t => {
    const { answer } = await post(t, undefined, headers)
    isError(t, answer, 400, 'BadRequestException', 'The request body is required: it must be a JSON object')
  })
}

for (const contentType of [
  'application/json; charset=utf-8',
  'application/x-amz-json-1.1',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/octet-stream',
  'json',
  ';',
  '',
]) {
  t.test(`a JSON body is read under Content-Type ${JSON.stringify(contentType)}`, async t => {
    const { answer, apps } = await post(t, '{"Name":"x"}', { 'content-type': contentType })
    t.equal(answer.status, 201, answer.body.Message)
    matchEach(t, apps, [{ Name: 'x' }])
  })
}

t.test('a body that a Content-Encoding has changed is refused by the name of that header', async t => {
  const { answer, apps } = await post(t, gzipSync('{"Name":"x"}'), { 'content-encoding': 'gzip' })
  const message =
    'The request body must be JSON: it is sent with Content-Encoding: gzip, which is not decoded: send it as it is'
  isError(t, answer, 400, 'BadRequestException', message)
  t.strictSame(apps, [])
  const wrong = await post(t, '{', { 'content-encoding': 'identity' })
  isError(t, wrong.answer, 400, 'BadRequestException', /^The request body must be JSON: Expected/)
  for (const coding of ['identity', 'amz-1.0', '']) {
    const { answer } = await post(t, '{"Name":"x"}', { 'content-encoding': coding })
    t.equal(answer.status, 201, `${coding}: ${answer.body.Message}`)
  }
})

t.test('a JSON body is read without a Content-Type, and with a byte order mark', async t => {
  const { port } = await listen(t)
  const body = Buffer.from('\ufeff{"Name":"Zoë"}')
  const head = `POST /v1/apps HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`
  const answer = await sendRaw(port, head, body)
  t.equal(answer.status, 201)
  t.equal(answer.body.Name, 'Zoë')
})

t.test('GET and DELETE take Content-Type: application/json without a body', async t => {
  const { app, createApp } = buildTestApp(t)
  const { Id } = await createApp({ Name: 'x' })
  for (const method of ['GET', 'DELETE'] as const) {
    const headers = { 'content-type': 'application/json' }
    t.equal((await app.inject({ method, url: `/v1/apps/${Id}`, headers })).statusCode, 200, method)
  }
})

t.test('a member that is null counts as absent', async t => {
  const { answer } = await post(t, '{"Name":"x","tags":null}')
  t.equal(answer.status, 201)
  t.strictSame(answer.body.tags, {})
  const missing = await post(t, '{"Name":null}')
  isError(t, missing.answer, 400, 'BadRequestException', /^Name is required/)
})

t.test('null in a list answers 400', async t => {
  const { call, createApp } = buildTestApp(t)
  const { Id } = await createApp({ Name: 'x' })
  const answer = await call('PUT', `/v1/apps/${Id}/endpoints/e`, { Attributes: { Ride: ['Bus', null] } })
  isError(t, answer, 400, 'BadRequestException', 'Attributes.Ride.1 must be a string; got null')
})

/** The body that has a value at the end of a path, and whatever else the operation requires. */
const nest = (path: string[], value: unknown): object =>
  path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object

for (const { operation, method, url, body, maps } of mapsOfRequests) {
  for (const [map, expected] of Object.entries(maps)) {
    t.test(`${operation}: null as a value in ${map} answers 400 that names it`, async t => {
      const { call, createApp } = buildTestApp(t)
      const app = await createApp({ Name: 'x' })
      const send = (value: unknown) => {
        const path = [...map.split('.'), 'some name']
        return call(method, url(app), { ...body, ...nest(path, value) })
      }
      isError(
        t,
        await send(null),
        400,
        'BadRequestException',
        `${map}.some name must be ${expected}; got null`,
      )
      const { body: unset } = await call(method, url(app), { ...body, ...nest(map.split('.'), null) })
      t.notMatch(unset.Message, /got null/, 'null for the whole map is a map that is absent')
    })
  }
}

for (const { operation, method, url, body, maps } of mapsOfRequests) {
  t.test(`${operation}: the name __proto__ in a map answers 400 that names the map`, async t => {
    const { call, createApp } = buildTestApp(t)
    const app = await createApp({ Name: 'x' })
    for (const map of Object.keys(maps)) {
      const named = nest([...map.split('.'), '__proto__'], { polluted: 'yes' })
      const answer = await call(method, url(app), { ...body, ...named })
      isError(t, answer, 400, 'BadRequestException', `${map} must not have the name __proto__`)
    }
    t.notOk('polluted' in {})
  })
}

t.test('UpdateEndpointsBatch: null as a value in a map refuses its item alone', async t => {
  const { call, createApp } = buildTestApp(t)
  const { Id } = await createApp({ Name: 'x' })
  const email = { ChannelType: 'EMAIL', Address: 'ann@example.com' }
  const answer = await call('PUT', `/v1/apps/${Id}/endpoints`, {
    Item: [
      { Id: 'a', ...email, Attributes: { plan: null } },
      { Id: 'b', ...email, Location: null, User: { UserId: 'u', UserAttributes: null } },
      { Id: 'c', ...email, User: { UserAttributes: { plan: null } } },
    ],
  })
  const message =
    'Written: 1 of 3 items. Refused: Item.0 (Id "a"): Attributes.plan must be a list, each entry a string; got null; Item.2 (Id "c"): User.UserAttributes.plan must be a list, each entry a string; got null'
  isError(t, answer, 400, 'BadRequestException', message)
  t.match(await call('GET', `/v1/apps/${Id}/endpoints/b`), { status: 200, body: { User: { UserId: 'u' } } })
})

t.test('members of endpoints that Pinpoint does not know are not stored, at any depth', async t => {
  const { call, put, app, send, outbox } = await withSending(t)
  const endpointOf = (name: string) => ({
    ChannelType: 'EMAIL',
    Address: `${name}@example.com`,
    Bogus: 1,
    Attributes: { Bogus: ['attribute'] },
    Location: { City: 'Leeds', Bogus: 'place', constructor: 1 },
    Demographic: { Make: 'Acme', Bogus: 'device' },
    User: { UserId: 'ann', UserAttributes: { Bogus: ['of user'] }, Bogus: { a: 1 } },
  })
  await put('endpoints/one', endpointOf('one'))
  await put('endpoints', { Item: [{ Id: 'two', ...endpointOf('two') }] })
  const BatchItem = { three: { Endpoint: endpointOf('three'), Events: {}, Bogus: 1 } }
  t.equal((await call('POST', `/v1/apps/${app}/events`, { BatchItem, Bogus: 1 })).status, 202)
  const known = '{{Attributes.Bogus}}, {{User.UserAttributes.Bogus}}, {{Location.City}}, {{Demographic.Make}}'
  const unknown = ['Location.Bogus', 'Demographic.Bogus', 'User.Bogus', 'Bogus']
  const Data = `${known}${unknown.map(name => `{{#if ${name}}}, ${name}{{/if}}`).join('')}`
  for (const id of ['one', 'two', 'three']) {
    await send({
      MessageConfiguration: { EmailMessage: { SimpleEmail: { TextPart: { Data } } } },
      Endpoints: { [id]: {} },
    })
    const [message] = await outbox({ endpoint: id })
    t.equal(message.text, 'attribute, of user, Leeds, Acme', message.statusMessage)
  }
})

t.test('a body that is nested a hundred thousand deep is refused, and said to be', async t => {
  const { answer } = await post(t, `{"tags":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
  isError(t, answer, 400, 'BadRequestException', 'The request body must be nested at most 100 levels deep')
})

t.test('__proto__ is no member, and reaches no prototype', async t => {
  const { answer } = await post(t, '{"__proto__":{"Name":"x"}}')
  isError(t, answer, 400, 'BadRequestException', /^Name is required/)

  const { answer: refused, apps } = await post(t, '{"Name":"x","tags":{"\\u005f_proto__":"a","a":"b"}}')
  isError(t, refused, 400, 'BadRequestException', 'tags must not have the name __proto__')
  t.strictSame(apps, [])
})

t.test('names that objects inherit are names like any other', async t => {
  const tags = { constructor: 'a', toString: 'b', hasOwnProperty: 'c' }
  const { answer, apps } = await post(t, JSON.stringify({ Name: 'x', tags }))
  t.equal(answer.status, 201)
  t.strictSame(apps[0].tags, tags)
})

t.test('the values of a map are checked whatever their names hold', async t => {
  const { answer } = await post(t, '{"Name":"x","tags":{"two\\nlines":7}}')
  isError(t, answer, 400, 'BadRequestException', /^tags\.two\nlines must be a string; got 7$/)
})

t.test('the entries of a map come back whatever their names hold', async t => {
  const tags = { 'two\nlines': 'a', 'a.b/c~d': 'b', 'ünï✓': 'c' }
  const { answer, apps } = await post(t, JSON.stringify({ Name: 'x', tags }))
  t.strictSame(answer.body.tags, tags)
  t.strictSame(apps[0].tags, tags)
})

t.test('members that the model does not know are passed over', async t => {
  const { answer } = await post(t, '{"Name":"x","Surname":"y","Id":"mine"}')
  t.equal(answer.status, 201)
  t.notOk('Surname' in answer.body)
  t.not(answer.body.Id, 'mine')
})

/** A body that creates an application, padded to so many bytes. */
const paddedTo = (bytes: number) => `{"Name":"x"${' '.repeat(bytes - 12)}}`

t.test('a body of 7 MB is taken', async t => {
  t.equal((await post(t, paddedTo(limit))).answer.status, 201)
})

t.test('a body of more than 7 MB answers 413 PayloadTooLargeException and creates nothing', async t => {
  const { answer, apps } = await post(t, paddedTo(limit + 1))
  isError(t, answer, 413, 'PayloadTooLargeException', /^The request body must be at most 7340032 bytes/)
  t.strictSame(apps, [])
})

t.test('an operation without PayloadTooLargeException in the model answers 400 to a larger body', async t => {
  const { port } = await listen(t)
  const paths = ['email', 'inapp', 'push', 'sms', 'voice'].map(kind => `/v1/templates/a/${kind}`)
  for (const path of [...paths, '/v1/tags/arn']) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: paddedTo(limit + 1),
    })
    const headers = Object.fromEntries(response.headers)
    const answer = { status: response.status, headers, body: await response.json() }
    isError(t, answer, 400, 'BadRequestException', /^The request body must be at most 7340032 bytes/)
    t.not(headers.connection, 'close', 'a client that still sends is not cut off')
  }
})

t.test('a body of more than 7 MB without a Content-Length answers 413', async t => {
  const { port } = await listen(t)
  const outgoing = request({ port, host: '127.0.0.1', path: '/v1/apps', method: 'POST' })
  outgoing.on('error', error => t.fail(`the connection broke off: ${error.message}`))
  const answered = once(outgoing, 'response')
  for (let sent = 0; sent <= 8; sent++) outgoing.write(Buffer.alloc(1024 * 1024, ' '))
  outgoing.end()
  const [response] = await answered
  const answer = { status: response.statusCode, headers: response.headers, body: await json(response) }
  isError(t, answer, 413, 'PayloadTooLargeException', /at most 7340032 bytes/)
})

t.test('a client that reads nothing before it has sent all of 9 MB gets 413 too', async t => {
  const { port } = await listen(t)
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  const body = Buffer.alloc(9 * 1024 * 1024, ' ')
  socket.write(`POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`)
  const problem = await new Promise(resolve => {
    socket.on('error', resolve)
    socket.write(body, resolve)
  })
  t.notOk(problem, 'the body could be sent to its end')
  const [answer] = problem ? [''] : await once(socket, 'data')
  t.match(String(answer), /^HTTP\/1\.1 413 .*x-amzn-errortype: PayloadTooLargeException/is)
})

for (const megabytes of [8, 32]) {
  const title = `a client of the real SDK that sends ${megabytes} MB gets PayloadTooLargeException`
  t.test(title, megabytes > 8 ? onlyLong : {}, async t => {
    const { url } = await listen(t)
    const client = createClient(url)
    t.teardown(() => client.destroy())
    const command = new UpdateEndpointCommand({
      ApplicationId: await createApp(client),
      EndpointId: 'e',
      EndpointRequest: { Address: 'a'.repeat(megabytes * 1024 * 1024), ChannelType: 'EMAIL' },
    })
    for (let attempt = 1; attempt <= 5; attempt++) {
      const error = await client.send(command).then(
        () => new Error('it was accepted'),
        error => error,
      )
      t.equal(error.name, 'PayloadTooLargeException', `attempt ${attempt}: ${error.message}`)
      t.match(error.Message ?? error.message, /at most 7340032 bytes/)
    }
  })
}
