import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { GetAppsCommand, type PinpointClient } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { expectSound } from '../support/database.ts'
import { csvFile, idOf } from '../support/endpoint-files.ts'
import { endpointsExported } from '../support/exported.ts'
import {
  createApp,
  createExportJob,
  createImportJob,
  readJob,
  runImport,
  until,
  waitForJob,
} from '../support/helpers.ts'
import { getEndpoint, getSegment, putEndpoint } from '../support/reads.ts'
import { main, runScript, spawnEmulator } from '../support/spawn.ts'

/** The system's own command, which sets limits of a process that runs. */
const prlimit = (...args: string[]) => execFileSync('prlimit', args, { stdio: 'pipe' })

const skip = (() => {
  try {
    prlimit('--version')
    return false
  } catch {
    return 'there is no prlimit here'
  }
})()

/**
 * An emulator whose files can be kept from growing: then SQLite is told by the system that it cannot write,
 * as it is where a disk is full.
 */
async function startOnDisk(t: Test, users: number, env: Record<string, string> = {}) {
  const buckets = makeBuckets(t)
  await buckets.put('data', 'before.csv', csvFile(40))
  await buckets.put('data', 'users.csv', csvFile(users))
  const dataDir = t.testdir()
  const emulator = await spawnEmulator(t, { DATA_DIR: dataDir, ...buckets.env, ...env })
  const app = await createApp(emulator.client)
  await runImport(emulator.client, app, { S3Url: 's3://data/before.csv' })
  const limit = (bytes: string) => prlimit('--pid', String(emulator.pid), `--fsize=${bytes}:`)
  return {
    ...emulator,
    app,
    buckets,
    dataDir,
    fill: () => limit(String(statSync(join(dataDir, 'pinpoint.db-wal')).size)),
    makeRoom: () => limit('unlimited'),
    /** How many of the emulator's writes were refused in the jobs so far. */
    refused: () => emulator.log().filter(({ msg }) => /^unexpected error in /.test(msg)).length,
  }
}

const trouble = /the disk that holds DATA_DIR cannot be read or written \(SQLITE_IOERR_WRITE: /

/** Expects that what was there can be read, and that nothing can be written, with the reason. */
async function readsOnly(t: Test, client: PinpointClient, app: string): Promise<void> {
  t.match(await client.send(new GetAppsCommand({})), { ApplicationsResponse: { Item: [{ Id: app }] } })
  t.match(await getEndpoint(client, app, idOf(1)), { Id: idOf(1) })
  await t.rejects(putEndpoint(client, app, 'mine', { ChannelType: 'SMS', Address: '+49' }), {
    name: 'InternalServerErrorException',
    message: trouble,
  })
}

t.test(
  'an import that the disk keeps from going on ends FAILED when it can, and says why',
  { skip },
  async t => {
    const { client, app, dataDir, fill, makeRoom, refused, end } = await startOnDisk(t, 40_000)
    const before = await getEndpoint(client, app, idOf(1))
    const job = await createImportJob(client, app, { S3Url: 's3://data/users.csv', DefineSegment: true })
    // As long as a caller writes, the job does not write all of it in one transaction.
    await until(async () => {
      await putEndpoint(client, app, 'callers', { ChannelType: 'SMS', Address: '+49' })
      return readJob(client, job).then(({ TotalProcessed }) => TotalProcessed! >= 1000 || undefined)
    }, 'the job to be under way')
    fill()
    await until(() => (refused() >= 3 ? true : undefined), 'the job to be refused, and to try again')
    t.match(await readJob(client, job), { JobStatus: 'PROCESSING' })
    await readsOnly(t, client, app)
    makeRoom()
    const ended = await waitForJob(client, job)
    t.match(ended, { JobStatus: 'FAILED', Failures: [trouble] })
    t.ok(ended.TotalProcessed! < 40_000)
    t.ok(refused() < 12, `refused ${refused()} times, with pauses`)
    t.strictSame(await getEndpoint(client, app, idOf(1)), before)
    t.equal(await getEndpoint(client, app, idOf(100)), undefined, 'what the job had written is taken back')
    t.equal(await getSegment(client, app, job.Definition!.SegmentId!), undefined)
    t.match(await runImport(client, app, { S3Url: 's3://data/before.csv' }), { JobStatus: 'COMPLETED' })
    t.match(await end('SIGTERM'), { code: 0 }, 'the process has lived on')
    expectSound(t, dataDir)
  },
)

const tenEndpointsAPiece = { PIECE_BYTES: '640' }

t.test('an export that the disk stops ends FAILED, and leaves no object behind', { skip }, async t => {
  const { client, app, buckets, fill, makeRoom, refused } = await startOnDisk(t, 2000, tenEndpointsAPiece)
  fill()
  await t.rejects(createExportJob(client, app), { name: 'InternalServerErrorException', message: trouble })
  makeRoom()
  await runImport(client, app, { S3Url: 's3://data/users.csv' })
  const job = await createExportJob(client, app)
  await waitForJob(client, job, ({ CompletedPieces = 0 }) => CompletedPieces > 0)
  fill()
  await until(() => (refused() >= 1 ? true : undefined), 'the job to be refused')
  makeRoom()
  t.match(await waitForJob(client, job), { JobStatus: 'FAILED', Failures: [trouble] })
  t.same(Object.keys(await buckets.read('data')), ['before.csv', 'users.csv'])
  const again = await waitForJob(client, await createExportJob(client, app))
  t.match(again, { JobStatus: 'COMPLETED' })
  t.equal((await endpointsExported(buckets, again)).length, again.TotalProcessed)
})

t.test('a snapshot that there is no room for is refused, and nothing is left of it', { skip }, async t => {
  const { client, app, dataDir, url, pid, makeRoom } = await startOnDisk(t, 40)
  const body = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  const put = () => fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body })
  prlimit('--pid', String(pid), '--fsize=100000:')
  const refused = await put()
  t.equal(refused.status, 400)
  t.match(await refused.json(), {
    Message: /^The snapshot is refused: there is no room for it .*DATA_DIR \(EFBIG/,
  })
  t.notMatch(readdirSync(dataDir).join(), 'snapshot')
  makeRoom()
  t.equal((await put()).status, 204)
  t.match(await getEndpoint(client, app, idOf(1)), { Id: idOf(1) })
})

t.test('an upload that there is no room for is refused, and nothing is left of it', { skip }, async t => {
  const { dataDir, url, pid, makeRoom } = await startOnDisk(t, 40)
  const put = () =>
    fetch(`${url}/_pinpoint/uploads/users.csv`, { method: 'PUT', body: Buffer.alloc(1_000_000, 'x') })
  prlimit('--pid', String(pid), '--fsize=100000:')
  const refused = await put()
  t.equal(refused.status, 500)
  t.match(await refused.json(), { Message: /^a file in DATA_DIR cannot grow any more \(EFBIG: / })
  t.strictSame(
    readdirSync(dataDir).filter(name => name.startsWith('upload')),
    [],
  )
  makeRoom()
  t.equal((await put()).status, 201)
})

/** Starts an emulator none of whose files may become larger than a small one. */
const runWithoutRoom = (t: Test, dataDir: string) =>
  runScript(
    t,
    { DATA_DIR: dataDir, PORT: '0' },
    `import { execFileSync } from 'node:child_process'
     execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=65536:'])
     await import(${JSON.stringify(main)})`,
  )

t.test('where there is no room for a database, the start says so and leaves none', { skip }, async t => {
  const dataDir = makeFolder(t)
  const { code, stderr } = await runWithoutRoom(t, dataDir)
  t.equal(code, 1)
  t.match(stderr, /^there is no room for .*pinpoint\.db \(.*\): .* DATA_DIR/)
  t.notMatch(readdirSync(dataDir).join(), 'pinpoint.db')
})
