import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { CreateAppCommand, GetAppCommand, PinpointClient } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, createImportJob, runExport, runImport, until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { keepOpen, sendRaw } from '../support/raw-http.ts'
import { type LogLine, type SpawnedEmulator, spawnEmulator } from '../support/spawn.ts'

const levels = { debug: 20, info: 30, warn: 40, error: 50 }

/** An emulator's process over a bucket, and what it has logged since it was ready. */
async function start(t: Test, env: Record<string, string> = {}) {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', `${csvOf('a', 'b')}c,EMAIL,\n`)
  const emulator = await spawnEmulator(t, { DATA_DIR: t.testdir(), ...buckets.env, ...env })
  const port = Number(new URL(emulator.url).port)
  const raw = (line: string, body = '') =>
    sendRaw(
      port,
      `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
  return { ...emulator, raw, call: controlOf(emulator.url) }
}

/** The lines after the one that says that the emulator is ready, as soon as there is one that fits. */
async function linesUntil({ log }: SpawnedEmulator, last: RegExp): Promise<LogLine[]> {
  const since = () => log().slice(log().findIndex(({ msg }) => msg.startsWith('pinpoint-local ready')) + 1)
  await until(() => since().find(({ msg }) => last.test(msg)), `a line like ${last}`)
  return since()
}

/** Calls GetApps, and leaves when the call has reached the emulator, which would take an hour for it. */
async function leave(
  t: Test,
  { url, call }: { url: string; call: ReturnType<typeof controlOf> },
  path: string,
) {
  await call('POST', '/_pinpoint/faults', { operation: 'GetApps', latencyMs: 3_600_000, times: 1 })
  const leaving = new AbortController()
  const left = fetch(url + path, { signal: leaving.signal })
  left.catch(() => {})
  await until(async () => {
    const { items } = (await call('GET', '/_pinpoint/faults')).body
    return items[0].timesLeft === 0 || undefined
  }, 'the call to wait')
  leaving.abort()
  await t.rejects(left, { name: 'AbortError' })
}

t.test('a call is one line, which says why it failed', async t => {
  const emulator = await start(t)
  const { raw, call } = emulator
  await createApp(emulator.client)
  await raw('GET /v1/apps/nope')
  await raw('POST /v1/apps', '{}')
  await raw('GET /v1/apps/%zz')
  await raw('PATCH /v1/apps')
  await call('POST', '/_pinpoint/faults', {
    error: 'InternalServerErrorException',
    message: 'broken',
    times: 1,
  })
  await raw('GET /v1/apps')
  await call('DELETE', '/_pinpoint/faults/none')
  const { info, warn, error } = levels
  t.match(await linesUntil(emulator, /^removeFault /), [
    { level: info, msg: /^CreateApp 201 in \d+ ms$/, operation: 'CreateApp', method: 'POST', status: 201 },
    {
      level: warn,
      operation: 'GetApp',
      path: '/v1/apps/nope',
      status: 404,
      exception: 'NotFoundException',
      ms: Number,
      reqId: /^[0-9a-f-]{36}$/,
      msg: /^GetApp 404 in \d+ ms: NotFoundException: Application not found \(GET \/v1\/apps\/nope\)$/,
    },
    { level: warn, msg: /^CreateApp 400 in \d+ ms: BadRequestException: Name is required: .*/ },
    { level: warn, msg: /^no operation 400 in \d+ ms: BadRequestException: The path is not a valid URL/ },
    { level: warn, msg: /^no operation 405 in \d+ ms: MethodNotAllowedException: PATCH is not allowed/ },
    { level: info, msg: /^addFault 201 in \d+ ms$/ },
    { level: error, msg: /^GetApps 500 in \d+ ms: InternalServerErrorException: broken \(GET \/v1\/apps\)$/ },
    { level: warn, msg: /^removeFault 404 in \d+ ms: NotFoundException: Fault not found: none/ },
  ])
})

t.test('a call whose caller leaves before it is answered is one line, too', async t => {
  const emulator = await start(t)
  await leave(t, emulator, '/v1/apps')
  const lines = await linesUntil(emulator, /^GetApps/)
  matchEach(
    t,
    lines.filter(({ operation }) => operation === 'GetApps'),
    [{ level: levels.warn, msg: 'GetApps: the caller left before it was answered' }],
  )
})

t.test('a snapshot whose last byte the caller has was answered, also if it leaves at once', async t => {
  const emulator = await start(t)
  const downloads = 20
  for (let download = 0; download < downloads; download++) {
    const request = get(`${emulator.url}/_pinpoint/snapshot`, { agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    let left = Number(response.headers['content-length'])
    for await (const chunk of response) {
      left -= chunk.length
      if (left === 0) request.destroy()
    }
  }
  await emulator.raw('GET /v1/apps')
  const lines = await linesUntil(emulator, /^GetApps/)
  t.strictSame(
    lines.filter(({ operation }) => operation === 'getSnapshot').map(({ level }) => level),
    Array(downloads).fill(levels.info),
  )
})

t.test('a refused upload that does not come to its end is one line', async t => {
  const emulator = await start(t)
  const connection = await keepOpen(Number(new URL(emulator.url).port))
  connection.send('PUT /_pinpoint/snapshot HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nhello')
  t.equal((await connection.answer()).status, 400)
  // The emulator waits some seconds for the rest.
  await connection.closed
  await emulator.raw('GET /v1/apps')
  const lines = await linesUntil(emulator, /^GetApps/)
  t.match(lines, [{ msg: /^putSnapshot 400 in/ }, { msg: /^GetApps 200 in/ }])
  t.equal(lines.length, 2)
})

t.test('a job is a line when it starts, and one with its counts or its reason when it ends', async t => {
  const emulator = await start(t)
  const { client } = emulator
  const app = await createApp(client)
  const S3Url = 's3://data/users.csv'
  const { Id: done } = await runImport(client, app, { S3Url })
  const { Id: failed } = await runImport(client, app, { S3Url: 's3://data/none.csv' })
  const { Id: exported } = await runExport(client, app)
  const lines = await linesUntil(emulator, /^export job \w+ COMPLETED/)
  const { info, warn } = levels
  matchEach(
    t,
    lines.filter(({ job }) => job !== undefined),
    [
      { level: info, job: done, app, msg: `import job ${done} starts: ${S3Url} into application ${app}` },
      {
        level: info,
        job: done,
        jobStatus: 'COMPLETED',
        processed: 3,
        failed: 1,
        pieces: 1,
        msg: new RegExp(
          `^import job ${done} COMPLETED in \\d+ ms: 3 records, 1 refused, 1 piece; users\\.csv line 4: `,
        ),
      },
      { level: info, job: failed },
      {
        level: warn,
        job: failed,
        jobStatus: 'FAILED',
        msg: new RegExp(`^import job ${failed} FAILED in \\d+ ms: s3://data/none\\.csv: there is nothing`),
      },
      { msg: `export job ${exported} starts: application ${app} to s3://data/out` },
      { level: info, msg: /^export job \w+ COMPLETED in \d+ ms: 2 endpoints, 1 piece$/ },
    ],
  )
  t.equal(
    lines.filter(({ job }) => job !== undefined).length,
    6,
    'the states between are told at debug alone',
  )
})

t.test('at debug, a job is a line for each of its states', async t => {
  const emulator = await start(t, { LOG_LEVEL: 'debug' })
  const app = await createApp(emulator.client)
  const { Id } = await createImportJob(emulator.client, app, { S3Url: 's3://data/users.csv' })
  const lines = await linesUntil(emulator, /^import job \w+ COMPLETED/)
  const ways = ['PREPARING_FOR_INITIALIZATION', 'INITIALIZING', 'PROCESSING', 'COMPLETING']
  t.strictSame(
    lines.filter(({ level, job }) => level === levels.debug && job === Id).map(({ msg }) => msg),
    ways.map(status => `import job ${Id} ${status}`),
  )
})

t.test('the pretty form is one short line each, whatever a caller sends', async t => {
  const emulator = await start(t, { LOG_FORMAT: 'pretty', LOG_LEVEL: 'info' })
  const { url, client, stdout } = emulator
  await createApp(client)
  await fetch(`${url}/v1/apps`, { method: 'POST', body: '"\\u001b[2J\\n"' })
  await fetch(`${url}/v1/apps?page-size=%1b%5B2J%0A`)
  await fetch(`${url}/_pinpoint/requests?operation=none`)
  const lines = await until(() => {
    const all = stdout().split('\n').slice(0, -1)
    return all.some(line => line.includes('requests 400')) ? all.slice(-4) : undefined
  }, 'the last line')
  t.match(lines, [
    /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: CreateApp 201 in \d+ ms$/,
    /^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: CreateApp 400 in \d+ ms: BadRequestException: The request body must be/,
    /^\[[\d:.]+\] WARN: GetApps 400 in \d+ ms: BadRequestException: page-size must be a whole number/,
    /^\[[\d:.]+\] WARN: requests 400 in \d+ ms: BadRequestException: operation must be one of .*…$/,
  ])
  for (const line of lines) {
    t.ok(line.length < 600, line)
    t.notMatch(line, '\u001b')
  }
})

t.test('neither the log nor the journal shows what a presigned URL could be called with', async t => {
  const emulator = await start(t)
  const { raw, call } = emulator
  const secrets = ['5ec4e7', 't0ken']
  const query = 'X-Amz-Credential=AKIA%2Fx&x-amz-s%69gnature=5ec4e7&X-AMZ-Security%2DToken=t0ken'
  for (const path of ['/v1/apps', '/v1/nowhere', '/v1/apps/%zz', '/_pinpoint/health', '/_pinpoint/nowhere']) {
    await raw(`GET ${path}?${query}`)
  }
  await raw(`PATCH /v1/apps?${query}`)
  await leave(t, emulator, `/v1/apps?${query}`)
  const lines = await linesUntil(emulator, /^GetApps: the caller left/)
  const { items } = (await call('GET', '/_pinpoint/requests')).body
  t.equal(items.length, 4)
  for (const { path } of items) t.match(path, /\?X-Amz-Credential=AKIA%2Fx&x-amz-s%69gnature=\*\*\*&/)
  for (const text of [JSON.stringify(lines), JSON.stringify(items)]) {
    for (const secret of secrets) t.notMatch(text, secret)
  }
})

t.test('the log does not show what a refused signature is explained with', async t => {
  const emulator = await start(t, { ACCESS_KEYS: 'AKIDEXAMPLE:secret' })
  const client = new PinpointClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wrong', sessionToken: 't0ken' },
  })
  t.teardown(() => client.destroy())
  const create = client.send(new CreateAppCommand({ CreateApplicationRequest: { Name: 'shop' } }))
  await t.rejects(create, { name: 'InvalidSignatureException', message: /t0ken/ })
  await t.rejects(client.send(new GetAppCommand({ ApplicationId: 'none' })))
  const lines = await linesUntil(emulator, /^GetApp /)
  t.match(lines, [{ msg: /^CreateApp 403 in \d+ ms: InvalidSignatureException: The request signature/ }, {}])
  t.notMatch(JSON.stringify(lines), 't0ken')
})
