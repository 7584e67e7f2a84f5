import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  CreateAppCommand,
  DeleteAppCommand,
  GetAppsCommand,
  GetImportJobCommand,
  PinpointClient,
  SendMessagesCommand,
  UpdateSmsChannelCommand,
} from '@aws-sdk/client-pinpoint'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { MessagesQuery } from '../server/control/message-filters.ts'
import {
  type FaultRule,
  type JobStatus,
  type MessageFilters,
  type PinpointOptions,
  startPinpoint,
} from '../server/index.ts'
import { configOf } from '../server/process/config.ts'
import { databaseFile } from '../server/store/open-store.ts'
import { makeFolder } from './support/buckets.ts'
import { countRows, lockDatabase } from './support/database.ts'
import { createApp, createExportJob, createImportJob, start, until } from './support/helpers.ts'
import { matchEach } from './support/items.ts'
import { largeSnapshot } from './support/large-snapshot.ts'
import { putEndpoint } from './support/reads.ts'
import { s3Credentials, startFront, startS3 } from './support/s3.ts'
import { runNode, runScript } from './support/spawn.ts'

// What the emulators of this file leave behind would be seen here.
const temp = makeFolder(t)
process.env.TMPDIR = temp

// No environment variable is read: with these, nothing would start.
Object.assign(process.env, {
  PORT: 'x',
  S3_DIR: '/nowhere',
  LOG_LEVEL: 'loud',
  AWS_ENDPOINT_URL_S3: 'nonsense',
})

const s3Dir = t.testdir({
  data: {
    'users.csv': 'Id,ChannelType,Address\ne1,EMAIL,a@example.com\ne2,EMAIL,\n',
    'bad.csv': 'Colour\nred\n',
  },
})

/** An emulator and a client made of its `clientConfig`. */
async function startOne(t: Test, options: PinpointOptions = {}) {
  const pinpoint = await startPinpoint(options)
  const client = new PinpointClient(pinpoint.clientConfig)
  t.teardown(async () => {
    client.destroy()
    await pinpoint.close()
  })
  return { pinpoint, client }
}

t.test('startPinpoint gives an emulator that is ready for an SDK client with its clientConfig', async t => {
  const { pinpoint, client } = await startOne(t, { port: 0, ephemeral: true, s3Dir, region: 'eu-west-1' })
  t.match(pinpoint.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal((await fetch(`${pinpoint.url}/_pinpoint/health`)).status, 200)
  const { ApplicationResponse } = await client.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'first' } }),
  )
  t.match(ApplicationResponse?.Arn, ':eu-west-1:')
  const app = ApplicationResponse!.Id!

  t.test('waitForImportJob gives a job that is COMPLETED as GetImportJob answers it', async t => {
    const { Id } = await createImportJob(client, app, { S3Url: 's3://data/users.csv' })
    const job = await pinpoint.waitForImportJob(app, Id!)
    t.match(job, { JobStatus: 'COMPLETED', TotalProcessed: 2, TotalFailures: 1 })
    const { ImportJobResponse } = await client.send(
      new GetImportJobCommand({ ApplicationId: app, JobId: Id }),
    )
    t.strictSame(job, ImportJobResponse)
  })

  t.test('waitForImportJob gives a job that is FAILED, which says why', async t => {
    const { Id } = await createImportJob(client, app, { S3Url: 's3://data/bad.csv' })
    const job = await pinpoint.waitForImportJob(app, Id!, { timeoutMs: 30_000 })
    t.match(job, { JobStatus: 'FAILED', Failures: [/Colour/] })
  })

  t.test('waitForExportJob gives an export that is COMPLETED', async t => {
    const { Id } = await createExportJob(client, app)
    t.match(await pinpoint.waitForExportJob(app, Id!), { JobStatus: 'COMPLETED', TotalProcessed: 1 })
  })

  t.test('a wait for what does not exist, or with wrong options, is refused at once', async t => {
    await t.rejects(pinpoint.waitForImportJob(app, 'nix'), {
      message: `application ${app} has no import job nix`,
    })
    await t.rejects(pinpoint.waitForExportJob('nix', 'nix'), { message: 'there is no application nix' })
    const misspelt = { timeout: 50 } as object
    const noOption = { name: 'RangeError', message: 'there is no option timeout; the option is timeoutMs' }
    await t.rejects(pinpoint.waitForImportJob(app, 'nix', misspelt), noOption)
    await t.rejects(pinpoint.waitForMessage({}, 500 as unknown as object), {
      message: /^the options must be an object/,
    })
    await t.rejects(pinpoint.reset({ sed: true } as object), { message: /^sed is not a name/ })
    await t.rejects(pinpoint.clock.set({ mode: 'frozen', now: new Date('?') }), {
      message: 'now must be a string; got null',
    })
    for (const timeoutMs of [-1, Number.NaN, 1.5, Number.POSITIVE_INFINITY]) {
      await t.rejects(pinpoint.waitForImportJob(app, 'nix', { timeoutMs }), RangeError, `${timeoutMs}`)
    }
  })

  t.test('messages are found by each filter of the control call', async t => {
    const all: Required<MessageFilters> = {
      app,
      channel: 'SMS',
      address: '+1',
      endpoint: 'e',
      user: 'u',
      messageId: 'm',
      status: 'OPT_OUT',
      failed: true,
      operation: 'SendMessages',
      template: 't',
      campaign: 'c',
      journey: 'j',
      text: 'x',
      after: 1,
      before: 9,
    }
    t.strictSame(Object.keys(all), Object.keys(MessagesQuery.properties))
    t.strictSame(await pinpoint.messages(all), [])
  })

  t.test('messages and waitForMessage give what was sent', async t => {
    const sms = (number: string, Body: string) =>
      client.send(
        new SendMessagesCommand({
          ApplicationId: app,
          MessageRequest: {
            Addresses: { [number]: { ChannelType: 'SMS' } },
            MessageConfiguration: { SMSMessage: { Body } },
          },
        }),
      )
    t.strictSame(await pinpoint.messages(), [])
    const coming = pinpoint.waitForMessage({ address: '+15551234567', text: 'CODE' })
    await sms('+15551234567', 'Your code is 1')
    await client.send(new UpdateSmsChannelCommand({ ApplicationId: app, SMSChannelRequest: {} }))
    await sms('+15550000000', 'Your code is 2')
    const { MessageResponse } = await sms('+15551234567', 'Your code is 3')
    t.match(await coming, { id: 3, body: 'Your code is 3', app })
    const messageId = MessageResponse!.Result!['+15551234567']!.MessageId!
    t.match(await pinpoint.waitForMessage({ messageId }), { id: 3, messageId })
    t.match(await pinpoint.waitForMessage({ channel: 'SMS', status: 'PERMANENT_FAILURE' }), { id: 1 })
    matchEach(t, await pinpoint.messages({ after: 1 }), [{ id: 3 }, { id: 2 }])
    t.strictSame(await pinpoint.messages({ user: 'nobody' }), [])
    matchEach(t, await pinpoint.messages({ failed: true, before: 3 }), [{ id: 1 }])
    matchEach(t, await pinpoint.messages({ failed: false, before: 3 }), [{ id: 2 }])
    for (let number = 0; number < 11; number++) {
      const Addresses = Array.from({ length: 100 }, (_, index) => [
        `+1666${number}${index}`,
        { ChannelType: 'SMS' },
      ])
      await client.send(
        new SendMessagesCommand({
          ApplicationId: app,
          MessageRequest: { Addresses: Object.fromEntries(Addresses), MessageConfiguration: {} },
        }),
      )
    }
    t.equal((await pinpoint.messages({ app })).length, 1103, 'also more than a page')
    await t.rejects(pinpoint.waitForMessage({ address: 'ann@example.com', after: 1 }, { timeoutMs: 20 }), {
      message:
        /^no message matches {"address":"ann@example\.com","after":1} after 20 ms; the latest in the outbox: 1103 \(SMS to \+1666\S+, PERMANENT_FAILURE: Either template .*\), 1102 /,
    })
    // @ts-expect-error there is no such filter
    await t.rejects(pinpoint.waitForMessage({ adress: 'x' }), { message: /^adress is not a query parameter/ })
    await t.rejects(pinpoint.waitForMessage({}, { timeoutMs: -1 }), RangeError)
  })

  t.test('close may be called twice at once, and again', async t => {
    await Promise.all([pinpoint.close(), pinpoint.close(), pinpoint[Symbol.asyncDispose]()])
    await pinpoint.close()
    await t.rejects(fetch(pinpoint.url))
  })
})

t.test('a wait for a job that is not over in time is refused with its state and counters', async t => {
  const { pinpoint, client } = await startOne(t, { s3Dir, jobStateDelayMs: 86_400_000 })
  const app = await createApp(client)
  const { Id } = await createImportJob(client, app, { S3Url: 's3://data/users.csv' })
  await t.rejects(pinpoint.waitForImportJob(app, Id!, { timeoutMs: 20 }), {
    message: `import job ${Id} is CREATED after 20 ms`,
  })
  const waiting = pinpoint.waitForImportJob(app, Id!)
  await Promise.all([t.rejects(waiting, /pinpoint-local is closed/, 'close ends the wait'), pinpoint.close()])
})

t.test('a wait ends when its job is gone with its application, or with the state', async t => {
  const { pinpoint, client } = await startOne(t, { s3Dir, jobStateDelayMs: 86_400_000 })
  const startWait = async () => {
    const app = await createApp(client)
    const { Id } = await createImportJob(client, app, { S3Url: 's3://data/users.csv' })
    return {
      app,
      ended: t.rejects(pinpoint.waitForImportJob(app, Id!), { message: `there is no application ${app}` }),
    }
  }
  const { app, ended } = await startWait()
  await client.send(new DeleteAppCommand({ ApplicationId: app }))
  await ended
  const other = await startWait()
  await pinpoint.reset()
  await other.ended
})

t.test(
  'several emulators run in a process, each with its database; that in dataDir is there at the next start',
  async t => {
    const dataDir = join(t.testdir(), 'data')
    const both = await Promise.all([
      startOne(t, { quotas: true, accessKeys: 'id:secret,other:secret' }),
      startOne(t, { dataDir }),
    ])
    const apps = await Promise.all(both.map(({ client }) => createApp(client)))
    const listed = async ({ client }: { client: PinpointClient }) =>
      (await client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item?.map(({ Id }) => Id)
    for (const [index, one] of both.entries()) t.strictSame(await listed(one), [apps[index]])
    t.equal(readdirSync(temp).length, 1, 'one of them is ephemeral, as nothing else is said')
    await both[1]!.pinpoint.close()
    t.strictSame(await listed(await startOne(t, { dataDir })), [apps[1]])
  },
)

t.test('close in the middle of a restore keeps the old state, and leaves nothing of the new one', async t => {
  const dataDir = join(t.testdir(), 'data')
  // More than SQLite's cache holds, so that a part of it is written when the emulator is closed.
  const body = await largeSnapshot(t, 44)
  const first = await startOne(t, { dataDir })
  const app = await createApp(first.client)
  const put = fetch(`${first.pinpoint.url}/_pinpoint/snapshot`, { method: 'PUT', body }).catch(
    () => undefined,
  )
  const log = `${databaseFile(dataDir)}-wal`
  await until(() => (statSync(log).size > 2 * 1024 * 1024 ? true : undefined), 'a part to be written')
  await first.pinpoint.close()
  const files = ['.gitignore', 'pinpoint.db', 'pinpoint.lock']
  t.strictSame(readdirSync(dataDir).sort(), files)
  await put

  const second = await startOne(t, { dataDir })
  const { ApplicationsResponse } = await second.client.send(new GetAppsCommand({}))
  matchEach(t, ApplicationsResponse!.Item!, [{ Id: app }])
  t.strictSame(countRows(dataDir), { apps: 1 })
})

t.test('close waits for the end of a reset', async t => {
  const s3 = await startS3(t)
  await s3.put('out', 'there', '')
  // What discards the draft of the export is not answered, which the reset waits for.
  const front = await startFront(t, s3, undefined, ({ method }) => method === 'DELETE')
  const dataDir = join(t.testdir(), 'data')
  const options = { dataDir, s3Endpoint: front.url, s3Credentials }
  const { pinpoint, client } = await startOne(t, options)
  const app = await createApp(client)
  await putEndpoint(client, app, 'e', { ChannelType: 'EMAIL', Address: 'a@example.com' })
  await fetch(`${pinpoint.url}/_pinpoint/uploads/a.csv`, { method: 'PUT', body: 'x' })
  await pinpoint.jobControl.set({ mode: 'manual' })
  const { Id } = await createExportJob(client, app, { S3UrlPrefix: 's3://out' })
  await pinpoint.advance(app, Id!, { to: 'PROCESSING' })
  const reset = fetch(`${pinpoint.url}/_pinpoint/reset`, { method: 'POST' }).catch(() => undefined)
  await until(() => front.requests.find(({ method }) => method === 'DELETE'), 'the draft to be discarded')
  await pinpoint.close()
  t.strictSame(readdirSync(dataDir).sort(), ['.gitignore', 'pinpoint.db', 'pinpoint.lock'], 'no uploads')
  await reset
})

t.test('close in the middle of a reset ends, though nothing else keeps the process alive', async t => {
  const s3 = await startS3(t)
  await s3.put('out', 'there', '')
  const front = await startFront(t, s3, undefined, ({ method }) => method === 'DELETE')
  /** Answers as soon as the reset waits for S3. */
  const gate = createServer(async (_request, response) => {
    await until(() => front.requests.find(({ method }) => method === 'DELETE'), 'the draft to be discarded')
    response.end()
  })
  await new Promise<void>(resolve => gate.listen(0, '127.0.0.1', resolve))
  t.teardown(() => gate.close())
  const { port } = gate.address() as AddressInfo
  const { code, stderr } = await runScript(
    t,
    { TMPDIR: temp },
    `import { startPinpoint } from ${index}
     const options = ${JSON.stringify({ s3Endpoint: front.url, s3Credentials })}
     const pinpoint = await startPinpoint(options)
     const call = async (method, path, body) =>
       (await fetch(pinpoint.url + '/v1/apps' + path, { method, body: JSON.stringify(body) })).json()
     const { Id: app } = await call('POST', '', { Name: 'a' })
     await call('PUT', '/' + app + '/endpoints/e', { ChannelType: 'EMAIL', Address: 'a@example.com' })
     await pinpoint.jobControl.set({ mode: 'manual' })
     const { Id } = await call('POST', '/' + app + '/jobs/export', { RoleArn: 'arn:aws:iam::123456789012:role/x', S3UrlPrefix: 's3://out' })
     await pinpoint.advance(app, Id, { to: 'PROCESSING' })
     pinpoint.reset().catch(() => {})
     await fetch('http://127.0.0.1:${port}')
     await pinpoint.close()`,
  )
  t.strictSame({ code, stderr }, { code: 0, stderr: '' })
})

t.test(
  "close does not wait for another program's write, and ends a reset that does",
  { timeout: 60_000 },
  async t => {
    const dataDir = join(t.testdir(), 'data')
    const { pinpoint } = await startOne(t, { dataDir })
    const unlock = lockDatabase(dataDir)
    const reset = fetch(`${pinpoint.url}/_pinpoint/reset`, { method: 'POST' })
    const refused = t.rejects(reset.then(({ ok }) => ok || Promise.reject(new Error('refused'))))
    await fetch(`${pinpoint.url}/_pinpoint/health`)
    await pinpoint.close()
    await refused
    unlock()
  },
)

t.test('close ends the connections to S3 that calls have made', async t => {
  const s3 = createServer((_request, response) => {
    response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>')
  })
  // Its clients alone end connections.
  s3.keepAliveTimeout = 0
  let connections = 0
  s3.on('connection', socket => {
    connections++
    socket.on('close', () => connections--)
  })
  await once(s3.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    s3.close()
    s3.closeAllConnections()
  })
  const s3Endpoint = `http://127.0.0.1:${(s3.address() as AddressInfo).port}`
  const { pinpoint, client } = await startOne(t, { s3Endpoint, preflight: 'strict' })
  const app = await createApp(client)
  await t.rejects(createImportJob(client, app, { S3Url: 's3://data/a.csv' }), /there is nothing to import/)
  t.equal(connections, 1)
  await pinpoint.close()
  await until(() => (connections === 0 ? true : undefined), 'the connection to end')
})

t.test('close releases a data folder of which no file can be removed', async t => {
  const dataDir = join(t.testdir(), 'data')
  const { pinpoint } = await startOne(t, { dataDir })
  // To remove it fails for root as well, who may write in each folder.
  const note = join(dataDir, 'pinpoint.pid')
  rmSync(note)
  mkdirSync(join(note, 'x'), { recursive: true })
  await t.resolves(pinpoint.close())
  await startOne(t, { dataDir })
})

t.test('a stop that fails in one thing says so, and stops all else', async t => {
  const dataDir = join(t.testdir(), 'data')
  const log = pino({ level: 'silent' })
  const failing = Object.assign(Object.create(log), {
    info(fields: { endedOperations?: unknown }) {
      if (fields.endedOperations !== undefined) throw new Error('the log cannot be written')
    },
  })
  const { url, close } = await start(configOf({ dataDir }, { port: 0 }), failing)
  await fetch(`${url}/v1/apps/a/segments`)
  await t.rejects(close(), { message: 'the log cannot be written' })
  await startOne(t, { dataDir })
})

const index = JSON.stringify(new URL('../server/index.ts', import.meta.url).href)
const lookAround = `({
  listeners: process.eventNames().filter(name => name !== 'newListener' && name !== 'removeListener'),
  resources: process.getActiveResourcesInfo().filter(name => name !== 'PipeWrap'),
  files: fs.readdirSync(process.env.TMPDIR),
})`

t.test('after close nothing is left of the emulator, and the process ends by itself', async t => {
  const { code, stdout, stderr } = await runScript(
    t,
    { TMPDIR: temp },
    `import fs from 'node:fs'
     import { startPinpoint } from ${index}
     const before = ${lookAround}
     const options = { keepProcessAlive: true }
     const both = await Promise.all([startPinpoint(options), startPinpoint({ ...options, s3Dir: ${JSON.stringify(s3Dir)} })])
     const during = ${lookAround}
     await Promise.all(both.map(pinpoint => pinpoint.close()))
     console.log(JSON.stringify({ before, during, after: ${lookAround} }))`,
  )
  t.match({ code, stderr }, { code: 0, stderr: '' })
  const { before, during, after } = JSON.parse(stdout)
  t.equal(during.files.length, before.files.length + 2, 'while they run there is something to see')
  t.equal(during.resources.length, before.resources.length + 4, 'a port and a thread each')
  t.strictSame(after, before)
})

t.test('startPinpoint that fails says why, and leaves nothing behind', async t => {
  const { code, stdout, stderr } = await runScript(
    t,
    { TMPDIR: temp },
    `import fs from 'node:fs'
     import { startPinpoint } from ${index}
     await using other = await startPinpoint({ keepProcessAlive: true })
     const port = Number(new URL(other.url).port)
     const before = ${lookAround}
     const refusals = []
     for (const options of [{ port }, { port: 65_536, s3Dir: '/nowhere' }])
       await startPinpoint(options).catch(error => refusals.push([error.name, error.message]))
     console.log(JSON.stringify({ port, refusals, before, after: ${lookAround} }))`,
  )
  t.match({ code, stderr }, { code: 0, stderr: '' })
  const { port, refusals, before, after } = JSON.parse(stdout)
  const inUse = `port ${port} of 127.0.0.1 is in use by this process itself: name another PORT, or 0 for any`
  t.match(refusals, [
    ['StartError', inUse],
    ['StartError', /port must be .*\n.*s3Dir must be/],
  ])
  t.strictSame(after, before)
})

for (const [how, last] of [
  ['has nothing else to do', ''],
  ['ends itself', 'process.exit(0)'],
] as const) {
  t.test(`a process that ${how} ends without closing its emulator, and leaves no folder behind`, async t => {
    const before = readdirSync(temp)
    const ended = await runScript(
      t,
      { TMPDIR: temp },
      `import { startPinpoint } from ${index}
       const pinpoint = await startPinpoint()
       const { status } = await fetch(pinpoint.url + '/_pinpoint/health')
       console.log(status)
       ${last}`,
    )
    t.match(ended, { code: 0, signal: null, stdout: '200\n', stderr: '' })
    t.strictSame(readdirSync(temp), before)
  })
}

t.test('node:test ends where a test file has forgotten to close its emulator', async t => {
  const before = readdirSync(temp)
  const file = join(
    t.testdir({
      'forgotten.test.mjs': `import { before, test } from 'node:test'
        import { startPinpoint } from ${index}
        let pinpoint
        before(async () => {
          pinpoint = await startPinpoint()
        })
        test('it answers', async () => {
          if (!(await fetch(pinpoint.url + '/_pinpoint/health')).ok) throw new Error('it does not')
        })`,
    }),
    'forgotten.test.mjs',
  )
  const { code, stdout } = await runNode(t, { TMPDIR: temp }, ['--test', file])
  t.equal(code, 0, stdout)
  t.match(stdout, /pass 1\b/)
  t.strictSame(readdirSync(temp), before)
})

t.test('a process that waits for the emulator stays alive until it has what it waits for', async t => {
  const seed = join(
    t.testdir({
      'seed.json': JSON.stringify({
        apps: [
          {
            Id: '0123456789abcdef0123456789abcdef',
            Name: 'seeded',
            imports: [
              { Format: 'CSV', S3Url: 's3://data/users.csv', RoleArn: 'arn:aws:iam::123456789012:role/any' },
            ],
          },
        ],
      }),
    }),
    'seed.json',
  )
  const options = JSON.stringify({ s3Dir, seed })
  const ended = await runScript(
    t,
    { TMPDIR: temp },
    `import { startPinpoint } from ${index}
     const pinpoint = await startPinpoint(${options})
     await pinpoint.reset({ seed: true })
     console.log('reset')
     const jobs = pinpoint.url + '/v1/apps/0123456789abcdef0123456789abcdef/jobs/import'
     const request = { Format: 'CSV', S3Url: 's3://data/users.csv', RoleArn: 'arn:aws:iam::123456789012:role/any' }
     const create = async () => (await (await fetch(jobs, { method: 'POST', body: JSON.stringify(request) })).json())
     await pinpoint.jobControl.set({ mode: 'manual' })
     const { ApplicationId, Id } = await create()
     console.log((await pinpoint.advance(ApplicationId, Id, { to: 'PROCESSING' })).JobStatus)
     await pinpoint.jobControl.set({ mode: 'timed', delayMs: 30 })
     console.log((await pinpoint.waitForImportJob(ApplicationId, Id)).JobStatus)
     await pinpoint.close()
     console.log('closed')`,
  )
  t.match(ended, { code: 0, stdout: 'reset\nPROCESSING\nCOMPLETED\nclosed\n', stderr: '' })
})

t.test('faults, job control and advance are methods, also where control calls need a token', async t => {
  const controlToken = 'a-token-for-control-calls'
  const { pinpoint, client } = await startOne(t, { s3Dir, accessKeys: 'id:secret', controlToken })
  const { faults, jobControl } = pinpoint
  const app = await createApp(client)
  const listApps = () => client.send(new GetAppsCommand({}))
  const create = () => createImportJob(client, app, { S3Url: 's3://data/users.csv' })
  /** What the control call answers. */
  const messageOf = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${pinpoint.url}/_pinpoint/${path}`, {
      method,
      headers: { authorization: `Bearer ${controlToken}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return ((await response.json()) as { Message: string }).Message
  }

  await t.test('faults adds, lists and removes rules', async t => {
    const rule: FaultRule = { operation: 'GetApps', error: 'ForbiddenException', message: 'no', times: 1 }
    const added = await faults.add(rule)
    t.match(added, { ...rule, id: String, timesLeft: 1 })
    await t.rejects(listApps(), { name: 'ForbiddenException', message: 'no' })
    await t.resolves(listApps())
    const other = await faults.add({ job: {}, failAt: 'PROCESSING', reason: 'disk on fire' })
    matchEach(t, await faults.list(), [{ id: added.id, timesLeft: 0 }, { id: other.id }])
    const job = await pinpoint.waitForImportJob(app, (await create()).Id!)
    t.match(job, { JobStatus: 'FAILED', Failures: [/disk on fire/] })
    t.equal(await faults.remove(added.id), undefined)
    matchEach(t, await faults.list(), [{ id: other.id }])
    await faults.clear()
    t.strictSame(await faults.list(), [])

    for (const bad of [
      {},
      { error: 'Nix' },
      { operation: 'Dance', latencyMs: 1 },
      { eror: 'x' },
      null,
      'x',
      undefined,
    ]) {
      const message = await messageOf('POST', 'faults', bad)
      await t.rejects(faults.add(bad as FaultRule), { message }, message)
    }
    const message = await messageOf('DELETE', 'faults/a%2Fb')
    await t.rejects(faults.remove('a/b'), { message }, message)
    t.strictSame(await faults.list(), [], 'nothing is half added')
  })

  await t.test('a rule holds for the next call, whether or not it is waited for', async t => {
    void faults.add({ operation: 'GetApps', error: 'ConflictException', times: 1 })
    await t.rejects(listApps(), { name: 'ConflictException' })
  })

  await t.test('clock reads, sets and advances the clock', async t => {
    const now = '2027-03-01T09:00:00.000Z'
    t.strictSame(await pinpoint.clock.set({ mode: 'frozen', now: new Date(now) }), {
      mode: 'frozen',
      now,
      pending: 0,
    })
    t.match(await pinpoint.clock.advance({ by: 'PT24H' }), { from: now, now: '2027-03-02T09:00:00.000Z' })
    t.match(await pinpoint.clock.advance({ to: new Date(Date.UTC(2027, 3)) }), { steps: 0, sent: 0 })
    t.match(await pinpoint.clock.get(), { mode: 'frozen', now: '2027-04-01T00:00:00.000Z' })
    const message = await messageOf('POST', 'clock/advance', { by: 'a day' })
    await t.rejects(pinpoint.clock.advance({ by: 'a day' }), { message }, message)
    t.match(await pinpoint.clock.set({ mode: 'real' }), { mode: 'real' })
  })

  await t.test('jobControl holds jobs, and advance lets them go on', async t => {
    t.strictSame(await jobControl.get(), { mode: 'immediate' })
    t.strictSame(await jobControl.set({ mode: 'manual' }), { mode: 'manual' })
    t.strictSame(await jobControl.get(), { mode: 'manual' })
    const { Id: job } = await create()
    t.match(await pinpoint.advance(app, job!), { Id: job, JobStatus: 'PREPARING_FOR_INITIALIZATION' })
    t.match(await pinpoint.advance(app, job!, { to: 'COMPLETED' }), {
      JobStatus: 'COMPLETED',
      TotalProcessed: 2,
    })
    const { Id: exporting } = await createExportJob(client, app)
    t.match(await pinpoint.advance(app, exporting!, { to: 'PROCESSING' }), {
      Type: 'EXPORT',
      JobStatus: 'PROCESSING',
    })

    for (const [id, to] of [
      [job!, 'CREATED'],
      [job!, 'NIX'],
      ['nix', undefined],
    ] as const) {
      const message = await messageOf('POST', `apps/${app}/import-jobs/${id}/advance`, { to })
      await t.rejects(pinpoint.advance(app, id, { to: to as JobStatus }), { message }, message)
    }
    const message = await messageOf('PUT', 'job-control', { mode: 'timed' })
    await t.rejects(jobControl.set({ mode: 'timed' }), { message }, message)
    const waiting = pinpoint.advance(app, exporting!, { to: 'FAILED' })
    await Promise.all([t.rejects(waiting, Error, 'close ends it'), pinpoint.close()])
    await t.rejects(jobControl.get(), { message: 'pinpoint-local is closed' })
    await t.rejects(pinpoint.advance(app, exporting!), { message: 'pinpoint-local is closed' })
  })
})

t.test('reset() removes everything, and applies the seed again where its option says so', async t => {
  const Id = '0123456789abcdef0123456789abcdef'
  const dir = t.testdir({ 'seed.json': JSON.stringify({ apps: [{ Id, Name: 'seeded' }] }) })
  const { pinpoint, client } = await startOne(t, {
    s3Dir,
    seed: join(dir, 'seed.json'),
    jobStateDelayMs: 86_400_000,
  })
  const app = await createApp(client)
  const { Id: job } = await createImportJob(client, app, { S3Url: 's3://data/users.csv' })
  const waiting = pinpoint.waitForImportJob(app, job!)
  const listed = async () => (await client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item ?? []
  await Promise.all([
    t.rejects(waiting, { message: `there is no application ${app}` }, 'who waits for a job is told'),
    pinpoint.reset({ seed: true }),
  ])
  matchEach(t, await listed(), [{ Id, Name: 'seeded' }])
  await pinpoint.reset()
  t.strictSame(await listed(), [])
})
