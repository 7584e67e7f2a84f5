import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { makeFolder } from '../../support/buckets.ts'
import { buildTestApp, createApp, isError, startEmulator } from '../../support/helpers.ts'
import { anySecret, channelTypes } from '../../support/with-channels.ts'

/** An application with all that it has logged, down to the smallest. */
async function withLog(t: Test) {
  let log = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += chunk
      done()
    },
  })
  const { app, call, createApp } = buildTestApp(t, { logger: pino({ level: 'trace' }, stream) })
  const { Id } = await createApp()
  return {
    call,
    log: () => log,
    urlOf: (platform: string) => `/v1/apps/${Id}/channels/${platform.toLowerCase()}`,
    /** Puts a body as it is, and gives the whole answer as text. */
    put: async (url: string, payload: string) => {
      const { statusCode, headers, body } = await app.inject({ method: 'PUT', url, payload })
      return { status: statusCode, all: JSON.stringify(headers) + body }
    },
  }
}

const withSecrets = channelTypes.filter(({ request }) => anySecret.test(JSON.stringify(request)))

for (const { name, platform, request } of withSecrets) {
  t.test(`no answer of Update${name}Channel, log or request log has a secret`, async t => {
    const { call, put, urlOf, log } = await withLog(t)
    const url = urlOf(platform)
    const secrets = Object.entries(request).filter(([, value]) => anySecret.test(value))
    const json = JSON.stringify(request)
    const bodies = [
      json,
      // Credentials of a wrong type.
      ...secrets.flatMap(([member, value]) =>
        [[value], { value }, { [value]: 1 }, 5305305305, true, ''].map(wrong =>
          JSON.stringify({ ...request, [member]: wrong }),
        ),
      ),
      // Bodies that are no objects, or no JSON.
      ...[JSON.stringify(json), JSON.stringify([request]), JSON.stringify('s3cret')],
      ...[json.slice(0, -1), json.slice(0, -8), `${json}${json}`, `x${json}`, json.replaceAll('"', "'")],
      ...['s3cret', '"s3cret', '{"ApiKey":s3cret}', `{"a":${'1'.repeat(40)}s3cret${'1'.repeat(40)}}`],
    ]
    const statuses = new Set<number>()
    for (const body of bodies) {
      const { status, all } = await put(url, body)
      statuses.add(status)
      t.notMatch(all, /s3cret|5305305305/, body)
    }
    t.same([...statuses].sort(), [200, 400])
    for (const method of ['GET', 'DELETE'] as const) {
      t.notMatch(JSON.stringify(await call(method, url)), anySecret, method)
    }
    t.match(log(), `Update${name}Channel 400`)
    t.notMatch(log(), /s3cret|5305305305/)
    const requests = JSON.stringify((await call('GET', '/_pinpoint/requests')).body)
    t.match(requests, `Update${name}Channel`)
    t.notMatch(requests, /s3cret|5305305305/)
    const update = `Update${name}Channel`
    const { items } = (await call('GET', `/_pinpoint/requests?operation=${update}&page-size=1000`)).body
    t.equal(items.length, bodies.length)
    for (const { requestId } of items) {
      const { status, body } = await call('GET', `/_pinpoint/requests/${requestId}`)
      t.equal(status, 200)
      t.ok(body.request.bytes > 0)
      t.notMatch(JSON.stringify(body), /s3cret|5305305305/)
    }
  })
}

t.test('what is wrong with a body that holds secrets is said all the same', async t => {
  const { call, put, urlOf } = await withLog(t)
  const url = urlOf('ADM')
  isError(
    t,
    await call('PUT', url, { ClientId: 7, ClientSecret: 'x' }),
    ...([400, 'BadRequestException', 'ClientId must be a string that is not empty'] as const),
  )
  const message = async (payload: string) =>
    JSON.parse((await put(url, payload)).all.match(/\{"Message.*/)![0]).Message
  t.equal(await message('"x"'), 'The request body must be a JSON object')
  t.equal(
    await message('{x}'),
    "The request body must be JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)",
  )
  t.equal(await message('{"ClientId":x}'), 'The request body must be JSON: it has a syntax error')
  t.match(
    await message('{"ClientId":"x'),
    /^The request body must be JSON: Unterminated string in JSON at position 14/,
  )
})

t.test('OpenAPI says which members are write-only, and has no examples of them', async t => {
  const { call } = buildTestApp(t)
  const { schemas } = (await call('GET', '/_pinpoint/openapi.json')).body.components
  const shapes = { Adm: 'ADM', Apns: 'APNS', Baidu: 'Baidu', Gcm: 'GCM' }
  for (const [name, shape] of Object.entries(shapes)) {
    const { request } = channelTypes.find(type => type.name === name)!
    for (const [member, value] of Object.entries(request)) {
      const schema = schemas[`${shape}ChannelRequest`].properties[member]
      t.equal(schema.writeOnly ?? false, anySecret.test(value) || member === 'ApiKey', `${shape}: ${member}`)
      t.notOk('example' in schema || 'examples' in schema || 'default' in schema, member)
    }
    for (const member of Object.keys(schemas[`${shape}ChannelResponse`].properties)) {
      t.notOk(anySecret.test(request[member] ?? ''), `${shape}: ${member} is no secret`)
    }
  }
})

t.test('no file of the data folder has a secret, so no snapshot has', async t => {
  const DATA_DIR = makeFolder(t)
  const { client, url, close } = await startEmulator(t, { DATA_DIR })
  const app = await createApp(client)
  for (const { platform, request } of channelTypes) {
    const path = `${url}/v1/apps/${app}/channels/${platform.toLowerCase()}`
    for (const method of ['PUT', 'PUT', 'GET'])
      t.equal(
        (await fetch(path, { method, ...(method === 'PUT' && { body: JSON.stringify(request) }) })).status,
        200,
      )
  }
  const snapshot = await fetch(`${url}/_pinpoint/snapshot`)
  const bytes = Buffer.from(await snapshot.arrayBuffer()).toString('latin1')
  t.match(bytes, 'key-of-baidu', 'the one that an answer has')
  t.notMatch(bytes, anySecret)
  client.destroy()
  await close()
  for (const file of readdirSync(DATA_DIR)) {
    t.notMatch(readFileSync(join(DATA_DIR, file), 'latin1'), anySecret, file)
  }
})
