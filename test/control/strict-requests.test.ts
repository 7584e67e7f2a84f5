import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { isError, noState, startEmulator, until } from '../support/helpers.ts'
import { listen, sendRaw } from '../support/raw-http.ts'

/** A schema of the OpenAPI document, as far as it matters here. */
interface Schema {
  $ref?: string
  type?: string
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: unknown
  required?: string[]
  enum?: string[]
}

interface Operation {
  operationId: string
  tags: string[]
  parameters?: { name: string; in: string }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> }
}

/** An application that answers control calls, and all control calls that its OpenAPI document describes. */
async function describedCalls(t: Parameters<typeof listen>[0]) {
  const resets: boolean[] = []
  const state = {
    ...noState,
    async reset({ seed }: { seed: boolean }) {
      resets.push(seed)
      return undefined
    },
  }
  const server = await listen(t, { state })
  const document = (await server.call('GET', '/_pinpoint/openapi.json')).body
  const calls = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { tags }]) => tags.includes('control'))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: path.replace('{number}', '%2B12065550100').replace(/\{\w+\}/g, 'x'),
        query: (operation.parameters ?? []).filter(one => one.in === 'query').map(({ name }) => name),
        body: operation.requestBody?.content['application/json']?.schema,
        isUpload:
          operation.requestBody !== undefined && !('application/json' in operation.requestBody.content),
        ...operation,
      })),
  )
  t.ok(calls.length > 12)
  const send = (method: string, path: string, body = '', headers: string[] = []) =>
    sendRaw(
      server.port,
      [
        `${method} ${path} HTTP/1.1`,
        ...['Host: 127.0.0.1', 'Connection: close', `Content-Length: ${Buffer.byteLength(body)}`],
        ...headers,
        `\r\n${body}`,
      ].join('\r\n'),
    )
  const resolve = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)!]
  return { ...server, calls, send, resolve, resets }
}

/** Bodies of the calls that need one. */
const bodies: Record<string, string> = {
  putJobControl: '{"mode":"immediate"}',
  addFault: '{"latencyMs":1}',
  render: '{"text":"x"}',
  putRecommenderItems: '{}',
  putClock: '{"mode":"real"}',
  advanceClock: '{"by":"PT1S"}',
  putPhoneNumber: '{}',
  addMessageEvent: '{"eventType":"_email.open"}',
}

t.test(
  'a query parameter that a control call does not know is refused, and those that it knows are named',
  async t => {
    const { calls, send } = await describedCalls(t)
    for (const { method, path, query, operationId } of calls) {
      const known = query.length === 0 ? 'none' : '.*'
      const message = new RegExp(`^nonsense is not a query parameter of this call, which takes ${known}$`)
      const body = bodies[operationId]
      const answer = await send(method, `${path}?nonsense=1`, body)
      isError(t, answer, 400, 'BadRequestException', message)
      for (const name of query) t.match(answer.body.Message, name, operationId)
      isError(
        t,
        await send(method, `${path}?__proto__=1`, body),
        400,
        'BadRequestException',
        /^__proto__ is not a query/,
      )
    }
  },
)

t.test('a body that a control call does not know is refused, and what it knows is named', async t => {
  const { calls, send, resolve } = await describedCalls(t)
  for (const { method, path, body, isUpload } of calls) {
    if (isUpload) continue
    if (body === undefined) {
      for (const [sent, got] of [
        ['{"nonsense":1}', 'an object'],
        ['[]', 'a list'],
        ['1', '1'],
      ] as const) {
        const message = new RegExp(`^${method} /_\\S+ takes no body; got ${method === 'GET' ? 'one' : got}$`)
        isError(t, await send(method, path, sent), 400, 'BadRequestException', message)
      }
      continue
    }
    const known = Object.keys(resolve(body).properties!)
    const answer = await send(method, path, '{"nonsense":1}')
    const message = new RegExp(
      `^nonsense is not a name that is known here \\(names are case-sensitive\\); known are ${known.join(', ')}$`,
    )
    isError(t, answer, 400, 'BadRequestException', message)
    isError(
      t,
      await send(method, path, '[]'),
      400,
      'BadRequestException',
      /must be a JSON object; got a list$/,
    )
    const isOfNull = new RegExp(`^${known[0]} must be .*; got null$`)
    isError(t, await send(method, path, `{"${known[0]}":null}`), 400, 'BadRequestException', isOfNull)
  }
})

t.test('members at any depth, and of the wrong type, are refused', async t => {
  const { calls, send, resolve } = await describedCalls(t)
  const isClosed = (schema: Schema, name: string): void => {
    const { properties, items, additionalProperties } = resolve(schema)
    // An object without properties is a map, under names of the caller's own.
    if (properties !== undefined) t.equal(additionalProperties, false, `${name} has no other members`)
    for (const [member, inside] of Object.entries(properties ?? {})) isClosed(inside, `${name}.${member}`)
    if (items !== undefined) isClosed(items, `${name}[]`)
  }
  for (const { operationId, body } of calls) if (body !== undefined) isClosed(body, operationId)
  for (const [body, message] of [
    [
      { job: { bucket: 'b' }, failPieces: 1 },
      /^job\.bucket is not a name .*; known are type, s3Url, applicationId, /,
    ],
    [
      { job: {}, failRecords: { every: 1, each: 2 } },
      /^failRecords\.each is not .*; known are every, reason$/,
    ],
    [{ job: [], failPieces: 1 }, 'job must be an object; got a list'],
    [{ operation: 5, latencyMs: 1 }, 'operation must be a string; got 5'],
    [{ latencyMs: '1' }, 'latencyMs must be a whole number from 0 to 3600000; got "1"'],
  ] as const) {
    const answer = await send('POST', '/_pinpoint/faults', JSON.stringify(body))
    isError(t, answer, 400, 'BadRequestException', message)
  }
})

t.test('an empty JSON object counts as no body for control calls', async t => {
  const { calls, send } = await describedCalls(t)
  for (const { method, path, body, operationId, isUpload } of calls) {
    if (method === 'GET' || body !== undefined || isUpload) continue
    const answer = await send(method, path, '{}')
    t.not(answer.status, 400, `${operationId}: ${JSON.stringify(answer.body)}`)
  }
  const chunked = await send('GET', '/_pinpoint/health', '', ['Transfer-Encoding: chunked'])
  t.equal(chunked.status, 400, 'a GET with a body whose length is not known')
})

t.test('reset takes its option in the query, in the body, or in both if they agree', async t => {
  const { send, resets } = await describedCalls(t)
  const path = '/_pinpoint/reset'
  for (const [query, body, seed] of [
    ['', '', false],
    ['', '{}', false],
    ['?seed=true', '', true],
    ['?seed=false', '{}', false],
    ['', '{"seed":true}', true],
    ['', '{"seed":false}', false],
    ['?seed=true', '{"seed":true}', true],
  ] as const) {
    t.equal((await send('POST', path + query, body)).status, 204, query + body)
    t.equal(resets.pop(), seed, query + body)
  }
  for (const [query, body, message] of [
    [
      '?seed=true',
      '{"seed":false}',
      'seed is true in the query and false in the body: say it in one of them',
    ],
    [
      '?seed=false',
      '{"seed":true}',
      'seed is false in the query and true in the body: say it in one of them',
    ],
    ['?seed=yes', '', 'seed must be one of true, false; got "yes"'],
    ['?seed=true&seed=true', '', 'seed must be one of true, false; got a list'],
    ['', '{"seed":"true"}', 'seed must be true or false; got "true"'],
    ['', '{"seeed":true}', /^seeed is not a name that is known here .*; known are seed$/],
    ['', '{"seed":true', /^The request body must be JSON: /],
  ] as const) {
    isError(t, await send('POST', path + query, body), 400, 'BadRequestException', message)
  }
  t.strictSame(resets, [], 'nothing is reset by a call that is refused')
})

t.test('reset applies the seed where its body or its query asks for it', async t => {
  const seed = makeFolder(t)
  writeFileSync(join(seed, 'seed.json'), '{"apps":[{"Id":"0123456789abcdef0123456789abcdef","Name":"demo"}]}')
  const { url } = await startEmulator(t, { SEED: seed })
  const call = controlOf(url)
  const ofNull = { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'null' }
  t.equal((await fetch(`${url}/_pinpoint/reset`, ofNull)).status, 400)
  t.equal((await call('GET', '/v1/apps')).body.Item.length, 1)
  t.equal((await call('POST', '/_pinpoint/reset')).status, 204)
  t.strictSame((await call('GET', '/v1/apps')).body.Item, [])
  t.equal((await call('POST', '/_pinpoint/reset', { seed: true })).status, 204)
  await until(async () => (await call('GET', '/v1/apps')).body.Item.length === 1 || undefined, 'the seed')
})

t.test('a method that a control path does not have is 405 and names those that it has', async t => {
  const { calls, send } = await describedCalls(t)
  const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']
  for (const path of new Set(calls.map(({ path }) => path))) {
    const allowed = calls.filter(call => call.path === path).map(({ method }) => method)
    if (path === '/_pinpoint/health') allowed.push('HEAD')
    for (const method of methods.filter(method => !allowed.includes(method))) {
      const { status, headers, body } = await send(method, path)
      t.equal(status, 405, `${method} ${path}`)
      t.strictSame(String(headers.allow).split(', ').sort(), allowed.sort())
      if (method !== 'HEAD') t.match(body.Message, `${method} is not allowed at ${path}; allowed: `)
    }
  }
})

t.test('what is no control call is 404, and says where they are listed', async t => {
  const { send } = await describedCalls(t)
  for (const path of ['/_pinpoint/resett', '/_pinpoint/faults/a/b', '/_pinpoint/health/', '/_pinpoint']) {
    const message = `There is nothing at ${path}; GET /_pinpoint/openapi.json lists all control calls`
    isError(t, await send('POST', path), 404, 'NotFoundException', message)
  }
})

t.test('the OpenAPI document says which bodies are required', async t => {
  const { calls } = await describedCalls(t)
  const bodies = calls.flatMap(({ operationId, requestBody }) =>
    requestBody === undefined ? [] : [[operationId, requestBody.required]],
  )
  t.strictSame(Object.fromEntries(bodies), {
    reset: false,
    putSnapshot: true,
    putJobControl: true,
    advanceImportJob: false,
    advanceExportJob: false,
    addFault: true,
    render: true,
    putUpload: true,
    checkFile: true,
    putRecommenderItems: true,
    putClock: true,
    advanceClock: true,
    putPhoneNumber: true,
    addMessageEvent: true,
  })
})
