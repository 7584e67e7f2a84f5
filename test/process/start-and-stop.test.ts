import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { GetAppsCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { version } from '../../server/version.ts'
import { makeFolder } from '../support/buckets.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import { createApp, createImportJob, roleArn, until, waitForJob } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { isLong, onlyLong } from '../support/long.ts'
import { startHolding, startS3 } from '../support/s3.ts'
import { beginByNpm, type Ended, type SpawnedEmulator, spawnEmulator } from '../support/spawn.ts'

/**
 * Ends an emulator by a signal and expects that it does so cleanly, within the second that the contract
 * gives; on a machine that has much else to do, before a connection that is kept alive would have ended by
 * itself.
 */
async function endCleanly(t: Test, emulator: SpawnedEmulator, signal: NodeJS.Signals): Promise<Ended> {
  const begun = performance.now()
  const ended = await emulator.end(signal)
  t.ok(performance.now() - begun < (isLong ? 1000 : 4000), 'at once')
  t.match(ended, { code: 0, signal: null, stderr: '' })
  return ended
}

t.test('an emulator starts, stops cleanly, and starts again where it was', async t => {
  const dataDir = join(t.testdir(), 'a', 'b')
  // serve is the command that needs not be named.
  const first = await spawnEmulator(t, {}, ['serve', '--data-dir', dataDir])
  const response = await fetch(`${first.url}/_pinpoint/health`)
  t.equal(response.status, 200, 'healthy as soon as the ready line is logged')
  t.strictSame(await response.json(), { status: 'ready', version })
  t.ok(existsSync(join(dataDir, 'pinpoint.db')), 'it makes the data folder')
  const app = await createApp(first.client)
  await endCleanly(t, first, 'SIGTERM')
  const messages = first.log().map(({ msg }) => msg)
  const ready = `pinpoint-local ready on ${first.url}`
  const logged = messages.slice(messages.indexOf(ready))
  t.match(logged, [ready, /^CreateApp 201 in \d+ ms$/], 'the ready line is the last one logged on start')
  t.match(first.url, /^http:\/\/127\.0\.0\.1:\d+$/, 'and names where it answers')
  const files = ['.gitignore', 'pinpoint.db', 'pinpoint.lock']
  t.strictSame(readdirSync(dataDir).sort(), files, 'one file, its log merged')

  const again = async (after: string) => {
    const emulator = await spawnEmulator(t, { DATA_DIR: dataDir, PORT: new URL(first.url).port })
    t.equal(emulator.url, first.url, `nothing listens on the port ${after}`)
    const { ApplicationsResponse } = await emulator.client.send(new GetAppsCommand({}))
    matchEach(
      t,
      ApplicationsResponse!.Item!,
      [{ Id: app }],
      'the data folder is free, and holds what it held',
    )
    return emulator
  }
  const second = await again('after a clean stop')
  await second.end('SIGKILL')
  await again('after kill -9')
})

t.test('the ready line is the last one that is logged on start also after the imports of a seed', async t => {
  const imports = ['a', 'b', 'c'].map(name => ({
    S3Url: `s3://demo/${name}.csv`,
    Format: 'CSV',
    RoleArn: roleArn,
  }))
  const dir = t.testdir({
    s3: { demo: { 'a.csv': csvOf('a'), 'b.csv': csvOf('b'), 'c.csv': csvOf('c') } },
    'seed.json': JSON.stringify({ apps: [{ Id: '0123456789abcdef0123456789abcdef', Name: 'a', imports }] }),
  })
  const env = { EPHEMERAL: 'true', S3_DIR: join(dir, 's3'), SEED: join(dir, 'seed.json') }
  const emulator = await spawnEmulator(t, env)
  await createApp(emulator.client)
  await endCleanly(t, emulator, 'SIGTERM')
  const messages = emulator.log().map(({ msg }) => msg)
  const ready = messages.indexOf(`pinpoint-local ready on ${emulator.url}`)
  const jobs = messages.slice(0, ready).filter(msg => / COMPLETED in /.test(msg))
  t.equal(jobs.length, 3)
  matchEach(t, messages.slice(ready + 1), [/^CreateApp 201 in \d+ ms$/])
})

for (const signal of isLong ? (['SIGTERM', 'SIGINT'] as const) : (['SIGTERM'] as const)) {
  t.test(`${signal} ends the emulator whatever connections are open; EPHEMERAL leaves nothing`, async t => {
    const temp = makeFolder(t)
    const emulator = await spawnEmulator(t, { EPHEMERAL: 'true', TMPDIR: temp })
    await createApp(emulator.client)
    const folders = readdirSync(temp)
    t.equal(folders.length, 1)
    t.ok(existsSync(join(temp, folders[0]!, 'pinpoint.db')))

    const agent = new Agent({ keepAlive: true })
    t.teardown(() => agent.destroy())
    for (const sent of [
      '',
      'GET /_pinpoint/health HTTP/1.1\r\nHost: x\r\n',
      'POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
    ]) {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(emulator.url).port) })
      socket.on('error', () => {})
      t.teardown(() => socket.destroy())
      await new Promise<void>(resolve => socket.write(sent, () => resolve()))
    }
    // A whole call on another connection, which stays open: by its answer, the others are known to the server
    // too.
    await new Promise((resolve, reject) => {
      const request = get(`${emulator.url}/_pinpoint/health`, { agent }, response => {
        text(response).then(resolve, reject)
      })
      request.on('error', reject)
    })
    await endCleanly(t, emulator, signal)
    t.strictSame(readdirSync(temp), [])
  })

  t.test(`${signal} ends the emulator in the middle of an import`, async t => {
    const ids = numbered('e', 20_000)
    const s3 = await startS3(t)
    await s3.put('demo', 'many.csv', csvOf(...ids))
    // All but the last are imported as fast as they can be.
    const front = await startHolding(t, s3, 'e19999,')
    const emulator = await spawnEmulator(t, { DATA_DIR: t.testdir(), ...front.env })
    const app = await createApp(emulator.client)
    const job = await createImportJob(emulator.client, app, { S3Url: 's3://demo/many.csv' })
    await waitForJob(emulator.client, job, ({ TotalProcessed = 0 }) => TotalProcessed > 0)
    const { stdout } = await endCleanly(t, emulator, signal)
    t.notMatch(stdout, /import job \w+ COMPLETED/, 'the import was not over')
    t.notMatch(stdout, '"level":50', 'no error was logged')
  })
}

const byNpm = { skip: process.platform === 'win32' && 'Windows has no signals' }

for (const [what, sendFirst] of [
  ['a signal to npm start', () => {}],
  // npm passes on what the emulator has got already.
  ['Ctrl-C, which signals each process of npm start,', (pid: number) => process.kill(-pid, 'SIGINT')],
] as const) {
  t.test(`${what} ends the emulator cleanly, and npm waits for its end`, byNpm, async t => {
    const dataDir = t.testdir()
    const emulator = await beginByNpm(t, { DATA_DIR: dataDir }).ready
    const pid = Number.parseInt(readFileSync(join(dataDir, 'pinpoint.pid'), 'utf8'), 10)
    t.not(pid, emulator.pid, 'npm is another process')
    const isThere = () => process.kill(pid, 0)
    t.ok(isThere())
    await createApp(emulator.client)
    sendFirst(emulator.pid)
    const { stdout } = await emulator.end('SIGINT')
    t.throws(isThere, { code: 'ESRCH' })
    t.strictSame(readdirSync(dataDir).sort(), ['pinpoint.db', 'pinpoint.lock'], 'it ended cleanly')
    t.notMatch(stdout, '"level":50')
  })
}

/** Has node run a text before the emulator. */
const before = (text: string) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(text)}`,
})

t.test('a second signal that comes with the first changes nothing', async t => {
  const dataDir = t.testdir()
  const signalsWhileItStops = `import { Server } from 'node:http'
    const { close } = Server.prototype
    Server.prototype.close = function (done) {
      process.once('SIGTERM', () => setImmediate(() => close.call(this, done)))
      process.kill(process.pid, 'SIGTERM')
    }`
  const emulator = await spawnEmulator(t, { DATA_DIR: dataDir, ...before(signalsWhileItStops) })
  const { stdout } = await endCleanly(t, emulator, 'SIGINT')
  t.notMatch(stdout, '"level":50')
  t.strictSame(readdirSync(dataDir).sort(), ['pinpoint.db', 'pinpoint.lock'])
})

t.test('a second signal that comes later ends the emulator at once', async t => {
  const neverCloses = "import { Server } from 'node:http'; Server.prototype.close = () => {}"
  const emulator = await spawnEmulator(t, { EPHEMERAL: 'true', ...before(neverCloses) })
  let over: Ended | undefined
  const again = async () => {
    // The last that is sent comes too late, if it has ended.
    void emulator.end('SIGINT').then(ended => {
      over = ended
    })
    return over
  }
  const { code, stdout } = await until(again, 'the end')
  t.equal(code, 1)
  t.match(stdout, 'a second signal, SIGINT: ending at once')
})

t.test('an error that nobody has caught stops the emulator cleanly', async t => {
  const dataDir = t.testdir()
  const throws = "process.on('SIGUSR2', () => { throw new Error('nobody expects this') })"
  const emulator = await spawnEmulator(t, { DATA_DIR: dataDir, ...before(throws) })
  const { code, stdout } = await emulator.end('SIGUSR2')
  t.equal(code, 1)
  t.match(stdout, 'unexpected error, stopping')
  t.match(stdout, 'nobody expects this')
  t.strictSame(readdirSync(dataDir).sort(), ['pinpoint.db', 'pinpoint.lock'])
})

t.test('SIGTERM ends the emulator while a compressed object is read through', async t => {
  const dir = t.testdir({ data: {}, s3: { demo: {} } })
  const padding = Buffer.alloc(300 * 1024 * 1024)
  writeFileSync(join(dir, 's3', 'demo', 'many.csv.gz'), gzipSync(padding, { level: 1 }))
  const emulator = await spawnEmulator(t, { DATA_DIR: join(dir, 'data'), S3_DIR: join(dir, 's3') })
  const app = await createApp(emulator.client)
  const job = await createImportJob(emulator.client, app, { S3Url: 's3://demo/many.csv.gz' })
  await waitForJob(emulator.client, job, ({ JobStatus }) => JobStatus === 'INITIALIZING')
  await endCleanly(t, emulator, 'SIGTERM')
})

t.test('two emulators run side by side on folders of their own', onlyLong, async t => {
  const dir = t.testdir()
  for (const name of ['a', 'b']) mkdirSync(join(dir, name))
  const [a, b] = await Promise.all([
    spawnEmulator(t, { DATA_DIR: join(dir, 'a') }),
    spawnEmulator(t, { DATA_DIR: join(dir, 'b') }),
  ])
  await createApp(a.client)
  t.strictSame((await b.client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item, [])
})
