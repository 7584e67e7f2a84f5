import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { GetAppsCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { version } from '../../server/version.ts'
import { createApp, createImportJob, waitForJob } from '../helpers.ts'
import { isLong } from '../long.ts'
import { type Ended, type SpawnedEmulator, spawnEmulator } from './spawn.ts'

/**
 * Ends an emulator by a signal and expects that it does so cleanly, within the second that the contract gives; on a machine
 * that has much else to do, before a connection that is kept alive would have ended by itself.
 */
async function endCleanly(t: Test, emulator: SpawnedEmulator, signal: NodeJS.Signals): Promise<Ended> {
  const begun = performance.now()
  const ended = await emulator.end(signal)
  t.ok(performance.now() - begun < (isLong ? 1000 : 4000), 'at once')
  t.match(ended, { code: 0, signal: null, stderr: '' })
  return ended
}

t.test('the ready line is the last one logged on start, and names where it answers', async t => {
  const emulator = await spawnEmulator(t, { DATA_DIR: t.testdir() })
  const { stdout } = await endCleanly(t, emulator, 'SIGTERM')
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
  t.equal(last.msg, `pinpoint-local ready on ${emulator.url}`)
  t.match(emulator.url, /^http:\/\/127\.0\.0\.1:\d+$/)
})

t.test('health is 200 as soon as the ready line is logged', async t => {
  const { url } = await spawnEmulator(t, { DATA_DIR: t.testdir() })
  const response = await fetch(`${url}/_pinpoint/health`)
  t.equal(response.status, 200)
  t.strictSame(await response.json(), { status: 'ready', version })
})

t.test('serve is the command that needs not be named, and makes the data folder', async t => {
  const dataDir = join(t.testdir(), 'a', 'b')
  const { url } = await spawnEmulator(t, {}, ['serve', '--data-dir', dataDir])
  t.equal((await fetch(`${url}/_pinpoint/health`)).status, 200)
  t.ok(existsSync(join(dataDir, 'pinpoint.db')))
})

t.test('what was there before a clean stop is there after the next start', async t => {
  const dataDir = t.testdir()
  const first = await spawnEmulator(t, { DATA_DIR: dataDir })
  const app = await createApp(first.client)
  await endCleanly(t, first, 'SIGTERM')
  t.strictSame(readdirSync(dataDir).sort(), ['pinpoint.db', 'pinpoint.lock'], 'one file, its log merged')
  const { client } = await spawnEmulator(t, { DATA_DIR: dataDir })
  const { ApplicationsResponse } = await client.send(new GetAppsCommand({}))
  t.match(ApplicationsResponse?.Item, [{ Id: app }])
})

for (const signal of isLong ? (['SIGTERM', 'SIGINT'] as const) : (['SIGTERM'] as const)) {
  t.test(`EPHEMERAL keeps its data in the temp directory and removes it at ${signal}`, async t => {
    const dir = t.testdir({ temp: {} })
    const temp = join(dir, 'temp')
    const env = { EPHEMERAL: 'true', TMPDIR: temp, DATA_DIR: join(dir, 'data') }
    const emulator = await spawnEmulator(t, env)
    await createApp(emulator.client)
    const folders = readdirSync(temp)
    t.equal(folders.length, 1)
    t.ok(existsSync(join(temp, folders[0]!, 'pinpoint.db')))
    await endCleanly(t, emulator, signal)
    t.strictSame(readdirSync(temp), [])
    t.notOk(existsSync(join(dir, 'data')))
  })

  t.test(`${signal} ends it with an open keep-alive connection`, async t => {
    const emulator = await spawnEmulator(t, { DATA_DIR: t.testdir() })
    const agent = new Agent({ keepAlive: true })
    t.teardown(() => agent.destroy())
    await new Promise((resolve, reject) => {
      const request = get(`${emulator.url}/_pinpoint/health`, { agent }, response => {
        text(response).then(resolve, reject)
      })
      request.on('error', reject)
    })
    await endCleanly(t, emulator, signal)
  })

  t.test(`${signal} ends it in the middle of an import`, async t => {
    const dir = t.testdir({ data: {}, s3: { demo: { 'many.csv': manyEndpoints() } } })
    const emulator = await spawnEmulator(t, { DATA_DIR: join(dir, 'data'), S3_DIR: join(dir, 's3') })
    const app = await createApp(emulator.client)
    const job = await createImportJob(emulator.client, app, { S3Url: 's3://demo/many.csv' })
    await waitForJob(emulator.client, job, ({ TotalProcessed = 0 }) => TotalProcessed > 0)
    const { stdout } = await endCleanly(t, emulator, signal)
    t.notMatch(stdout, 'import job COMPLETED', 'the import was not over')
    t.notMatch(stdout, '"level":50', 'no error was logged')
  })
}

t.test('SIGTERM ends it while a compressed object is read through', async t => {
  const dir = t.testdir({ data: {}, s3: { demo: {} } })
  const padding = Buffer.alloc(300 * 1024 * 1024)
  writeFileSync(join(dir, 's3', 'demo', 'many.csv.gz'), gzipSync(padding, { level: 1 }))
  const emulator = await spawnEmulator(t, { DATA_DIR: join(dir, 'data'), S3_DIR: join(dir, 's3') })
  const app = await createApp(emulator.client)
  const job = await createImportJob(emulator.client, app, { S3Url: 's3://demo/many.csv.gz' })
  await waitForJob(emulator.client, job, ({ JobStatus }) => JobStatus === 'INITIALIZING')
  await endCleanly(t, emulator, 'SIGTERM')
})

for (const [what, sent] of [
  ['that has sent nothing', ''],
  ['that has sent half a head', 'GET /_pinpoint/health HTTP/1.1\r\nHost: x\r\n'],
  ['that has sent half a body', 'POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'],
] as const) {
  t.test(`SIGTERM ends it with an open connection ${what}`, async t => {
    const temp = t.testdir()
    const emulator = await spawnEmulator(t, { EPHEMERAL: 'true', TMPDIR: temp })
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(emulator.url).port) })
    socket.on('error', () => {})
    t.teardown(() => socket.destroy())
    await new Promise<void>(resolve => socket.write(sent, () => resolve()))
    // A whole call on another connection: by its answer, the first connection is known to the server too.
    await fetch(`${emulator.url}/_pinpoint/health`)
    await endCleanly(t, emulator, 'SIGTERM')
    t.strictSame(readdirSync(temp), [])
  })
}

t.test('after SIGTERM nothing listens on the port and the data folder is free', async t => {
  const dataDir = t.testdir()
  const first = await spawnEmulator(t, { DATA_DIR: dataDir })
  await endCleanly(t, first, 'SIGTERM')
  const second = await spawnEmulator(t, { DATA_DIR: dataDir, PORT: new URL(first.url).port })
  t.equal(second.url, first.url)
})

t.test('after kill -9 the data folder is free at once', async t => {
  const dataDir = t.testdir()
  const first = await spawnEmulator(t, { DATA_DIR: dataDir })
  const app = await createApp(first.client)
  await first.end('SIGKILL')
  const { client } = await spawnEmulator(t, { DATA_DIR: dataDir, PORT: new URL(first.url).port })
  const { ApplicationsResponse } = await client.send(new GetAppsCommand({}))
  t.match(ApplicationsResponse?.Item, [{ Id: app }])
})

t.test('two emulators run side by side on folders of their own', async t => {
  const dir = t.testdir()
  for (const name of ['a', 'b']) mkdirSync(join(dir, name))
  const [a, b] = await Promise.all([
    spawnEmulator(t, { DATA_DIR: join(dir, 'a') }),
    spawnEmulator(t, { DATA_DIR: join(dir, 'b') }),
  ])
  await createApp(a.client)
  t.strictSame((await b.client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item, [])
})

function manyEndpoints(): string {
  const lines = ['Id,ChannelType,Address']
  for (let index = 0; index < 50_000; index++) lines.push(`e${index},EMAIL,e${index}@example.com`)
  return lines.join('\n')
}
