import { KindGuard, type TSchema } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { EndpointBatchItem } from '../../server/model/endpoint.ts'
import { isError } from '../support/helpers.ts'
import { isLong } from '../support/long.ts'
import { listen, sendRaw } from '../support/raw-http.ts'

const maxBytes = 7 * 1024 * 1024

/** An operation that takes a body, and the schema of it. */
interface Operation {
  name: string
  method: string
  url: string
  schema: TSchema
}

/** Every operation that takes a body, of Pinpoint and of the control API, on things that are not there. */
async function operationsWithBody(app: FastifyInstance): Promise<Operation[]> {
  await app.ready()
  return app.routes.flatMap(({ config, method, url, schema }) =>
    schema?.body === undefined
      ? []
      : {
          name: config!.operation!,
          method: String(method),
          url: url.replaceAll(/:\w+|\*/g, 'x'),
          schema: schema.body as TSchema,
        },
  )
}

/**
 * A map or list in a schema, and the names that lead to it; `0` and `a` for an entry of a list and of a map.
 */
interface Place {
  path: string[]
  schema: TSchema
}

/** The maps and lists in a schema, each shape once. */
function placesIn(schema: TSchema, path: string[] = [], seen = new Set<unknown>()): Place[] {
  if (KindGuard.IsObject(schema)) {
    return Object.entries(schema.properties).flatMap(([name, member]) =>
      placesIn(member, [...path, name], seen),
    )
  }
  if (!KindGuard.IsArray(schema) && !KindGuard.IsRecord(schema)) return []
  const entry: TSchema = KindGuard.IsArray(schema)
    ? schema.items
    : Object.values(schema.patternProperties)[0]!
  const shape = JSON.stringify(schema)
  if (seen.has(shape)) return []
  seen.add(shape)
  return [{ path, schema }, ...placesIn(entry, [...path, KindGuard.IsArray(schema) ? '0' : 'a'], seen)]
}

const limitOf = ({ maxItems, maxProperties }: TSchema): number => maxItems ?? maxProperties

/** What surrounds a value at a path, as JSON. */
const around = (path: string[]): [string, string] => {
  const parts = path.map(name => (name === '0' ? ['[', ']'] : [`{${JSON.stringify(name)}:`, '}']))
  return [
    parts.map(([begin]) => begin).join(''),
    parts
      .map(([, end]) => end)
      .reverse()
      .join(''),
  ]
}

/**
 * As many entries as fit into a body with a path of 1,000 bytes, and how many these are. They are made once.
 */
const entriesOf = new Map<(index: number) => string, { text: string; count: number }>()
function manyEntries(entry: (index: number) => string) {
  let made = entriesOf.get(entry)
  if (made === undefined) {
    const entries: string[] = []
    let left = maxBytes - 1_000
    for (let next = entry(0); next.length < left; next = entry(entries.length)) {
      entries.push(next)
      left -= next.length + 1
    }
    made = { text: entries.join(','), count: entries.length }
    entriesOf.set(entry, made)
  }
  return made
}

/** JSON of very many entries at a path, and how many these are. */
function fill(
  path: string[],
  [begin, end]: '[]' | '{}' | string[],
  entry: (index: number) => string,
): { body: Buffer; count: number } {
  const [before, after] = around(path)
  const { text, count } = manyEntries(entry)
  return { body: Buffer.from(`${before}${begin}${text}${end}${after}`), count }
}

const emptyList = () => '[]'
const named = (index: number) => `"${index.toString(36)}":["x"]`

/** Operations that stand for all others in what is the same for all of them. */
const isExample = ({ name }: Operation) => name === 'CreateApp' || name === 'UpdateEndpoint'

/** Milliseconds of processor time that this thread takes for something, whoever else needs the processor. */
async function processorTime(work: () => unknown): Promise<number> {
  const begun = process.threadCpuUsage()
  await work()
  const { user, system } = process.threadCpuUsage(begun)
  return (user + system) / 1000
}

/**
 * Sends a body that must not be read as a whole: what is done about it must take less than to parse
 * `yardstick` would, which takes many times as long as to look through it.
 */
async function sendHostile(
  t: Test,
  port: number,
  { method, url }: Operation,
  body: Buffer,
  yardstick: number,
) {
  const head = `${method} ${url} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`
  let answer: Awaited<ReturnType<typeof sendRaw>> | undefined
  const taken = await processorTime(async () => {
    answer = await sendRaw(port, head, body)
  })
  t.ok(
    taken < yardstick,
    `it takes ${Math.round(taken)} ms of processor time, and may take ${Math.round(yardstick)}`,
  )
  return answer!
}

/** Milliseconds that it takes to parse a map of 7 MB, at the least. */
async function timeToParse(): Promise<number> {
  const { body } = fill(['Attributes'], '{}', named)
  const times = [
    await processorTime(() => JSON.parse(String(body))),
    await processorTime(() => JSON.parse(String(body))),
  ]
  return Math.min(...times)
}

// First, as it compares with the most memory that the process ever had.
t.test('an UpdateEndpoint with 450,000 names takes hardly more memory than its body', async t => {
  const { app, port } = await listen(t)
  const [operation] = (await operationsWithBody(app)).filter(({ name }) => name === 'UpdateEndpoint')
  const { body, count } = fill(['Attributes'], '{}', named)
  t.ok(count > 450_000, `${count} names`)
  /** In megabytes, the most that the process ever had. */
  const memory = () => process.resourceUsage().maxRSS / 1024
  // What the process needs to work at all.
  await sendRaw(port, `GET /v1/apps HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  const before = memory()
  await sendHostile(t, port, operation!, body, Number.POSITIVE_INFINITY)
  const more = memory() - before
  t.ok(more < 60, `it takes ${Math.round(more)} MB more`)
})

t.test('every map and list of every request has a limit', async t => {
  const { app } = await listen(t)
  for (const { name, schema } of await operationsWithBody(app)) {
    for (const place of placesIn(schema)) t.ok(limitOf(place.schema) > 0, `${name}: ${place.path.join('.')}`)
  }
  for (const place of placesIn(EndpointBatchItem)) t.ok(limitOf(place.schema) > 0, place.path.join('.'))
})

/**
 * The two examples and every fifth operation, as the same code checks all; `npm run test:long` tries
 * every one.
 */
const someOrExamples = (all: readonly Operation[]): readonly Operation[] =>
  isLong ? all : all.filter((operation, index) => isExample(operation) || index % 5 === 0)

t.test('a map or list of 7 MB is refused by its count, before it is parsed', async t => {
  const { app, port } = await listen(t)
  const yardstick = await timeToParse()
  for (const operation of someOrExamples(await operationsWithBody(app))) {
    for (const { path, schema } of placesIn(operation.schema)) {
      const isList = KindGuard.IsArray(schema)
      await t.test(`${operation.name}: ${path.join('.')}`, async t => {
        const { body, count } = isList ? fill(path, '[]', emptyList) : fill(path, '{}', named)
        const answer = await sendHostile(t, port, operation, body, yardstick)
        const entries = isList ? '(entries|values)' : 'names'
        const message = new RegExp(
          `^${path.join('\\.')} must have at most ${limitOf(schema)} ${entries}; got ${count}$`,
        )
        isError(t, answer, 400, 'BadRequestException', message)
      })
    }
  }
})

t.test('what no operation could take is refused before it is parsed', async t => {
  const { app, port } = await listen(t)
  const yardstick = await timeToParse()
  const total = (kind: string, least: number, where = '') =>
    new RegExp(`^The request body must have at most \\d+ ${kind} in all; got ${least}\\d*${where}$`)
  const names = fill(['Unknown'], '{}', named)
  const members = fill([], '{}', index => `"${index.toString(36)}":1`)
  const lists = fill(['Unknown', 'a'], '[]', emptyList)
  const objects = fill(['Unknown'], '[]', index => `{"${index.toString(36)}":1}`)
  const numbers = fill([], '[]', () => '1e999')
  const sameName = fill([], '{}', () => '"Name":"x"')
  const levels = `{"Unknown":${'['.repeat(maxBytes / 2 - 10)}${']'.repeat(maxBytes / 2 - 10)}}`
  const cases: [string, Buffer, RegExp][] = [
    [
      'names in an unknown map',
      names.body,
      total('names', names.count + 1, `, ${names.count} of them in Unknown`),
    ],
    ['unknown members', members.body, total('names', members.count)],
    ['one member again and again', sameName.body, total('names', sameName.count)],
    ['empty lists', lists.body, total('values', lists.count + 3, `, ${lists.count} of them in Unknown\\.a`)],
    ['objects', objects.body, total('names', objects.count + 1, `, ${objects.count} of them in Unknown`)],
    ['a list of numbers', numbers.body, total('values', numbers.count + 1)],
    ['levels', Buffer.from(levels), /^The request body must be nested at most 100 levels deep$/],
  ]
  for (const operation of someOrExamples(await operationsWithBody(app))) {
    // All operations share the code that refuses: one case shows that, and two operations show the rest.
    for (const [title, body, message] of isExample(operation) ? cases : cases.slice(0, 1)) {
      await t.test(`${operation.name}: ${title}`, async t => {
        const answer = await sendHostile(t, port, operation, body, yardstick)
        isError(t, answer, 400, 'BadRequestException', message)
      })
    }
  }
})

t.test('a text or number of 7 MB is answered soon, and not quoted as a whole', async t => {
  const { app, port } = await listen(t)
  const yardstick = await timeToParse()
  for (const operation of someOrExamples(await operationsWithBody(app))) {
    if (!KindGuard.IsObject(operation.schema)) continue
    const members = Object.entries<TSchema>(operation.schema.properties)
    for (const [name] of members.filter(([, schema]) => schema.type === 'string')) {
      const texts = [
        ['escapes', '\\u0000'],
        ['wildcards', '*'],
      ] as const
      // Wildcards cost where a text is matched against others, which is in places of their own.
      const tried = isExample(operation) || /Url|Arn|Pattern/.test(name) ? texts : texts.slice(0, 1)
      for (const [title, text] of tried) {
        await t.test(`${operation.name}: ${title} as ${name}`, async t => {
          const value = text.repeat(Math.floor((maxBytes - 100) / text.length))
          const body = Buffer.from(`{"${name}":"${value}"}`)
          const answer = await sendHostile(t, port, operation, body, yardstick)
          t.not(answer.status, 500)
          if (answer.status >= 400) t.ok(answer.body.Message.length < 20_000, 'the message is short')
        })
      }
    }
    if (!isExample(operation)) continue
    for (const number of ['1e999', '9'.repeat(maxBytes - 100)]) {
      await t.test(`${operation.name}: the number ${number.slice(0, 5)}…`, async t => {
        const answer = await sendHostile(t, port, operation, Buffer.from(`{"Unknown":${number}}`), yardstick)
        t.not(answer.status, 500)
      })
    }
  }
})

t.test('a batch of 100 endpoints that are as large as they may be is taken', async t => {
  const { call, createApp } = await listen(t)
  const { Id: app } = await createApp({ Name: 'x' })
  const values = Array(50).fill('x')
  const Attributes = Object.fromEntries(Array.from({ length: 72 }, (_, index) => [`a${index}`, values]))
  const Item = Array.from({ length: 100 }, (_, index) => ({
    Id: `e${index}`,
    ChannelType: 'EMAIL',
    Address: `e${index}`,
    Attributes,
  }))
  const answer = await call('PUT', `/v1/apps/${app}/endpoints`, { Item })
  t.equal(answer.status, 202, answer.body.Message)
})
