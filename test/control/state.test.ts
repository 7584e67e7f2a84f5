import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { GetAppCommand, GetAppsCommand, GetImportJobCommand } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { pageBytes } from '../../server/store/database/schema.ts'
import { databaseFile, openStore } from '../../server/store/open-store.ts'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { jobsOf } from '../support/control.ts'
import { changeDatabase, countRows, makeUtf16Database } from '../support/database.ts'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import { endpointsExported } from '../support/exported.ts'
import {
  createApp,
  createExportJob,
  createImportJob,
  runImport,
  startEmulator,
  until,
  waitForJob,
} from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { largeSnapshot } from '../support/large-snapshot.ts'
import { onlyLong } from '../support/long.ts'
import {
  completed,
  countersOf,
  getEndpoint,
  getSegment,
  putEndpoint,
  untilProcessed,
} from '../support/reads.ts'
import { startFront, startHolding, startS3 } from '../support/s3.ts'
import { spawnEmulator } from '../support/spawn.ts'

const buckets = makeBuckets(t)
await buckets.put('data', 'few.csv', csvOf('few-1', 'few-2'))
const s3 = await startS3(t)
await s3.put('large', 'many.csv', csvOf(numbered('many-', 2000)))
const large = await startHolding(t, s3, 'many-1000,')
const many = { S3Url: 's3://large/many.csv', DefineSegment: true }
const DATA_DIR = makeFolder(t)
const { url, client } = await startEmulator(t, {
  ...buckets.env,
  ...large.env,
  DATA_DIR,
  PIECE_BYTES: '50000',
})
const few = { S3Url: 's3://data/few.csv', DefineSegment: true }

const reset = (at = url) => fetch(`${at}/_pinpoint/reset`, { method: 'POST' })

const exporting = await startEmulator(t, buckets.env)
const hidden = () =>
  readdirSync(join(buckets.folder, 'data'))
    .filter(name => name.startsWith('.'))
    .sort()

/** Starts an export that is held when all of it is written, and nothing is published. */
async function exportToTheBrink(
  emulator: Pick<typeof exporting, 'client' | 'url'>,
  S3UrlPrefix = 's3://data',
) {
  const app = await createApp(emulator.client)
  await putEndpoint(emulator.client, app, 'e', { ChannelType: 'EMAIL', Address: 'a@example.com' })
  const { control, advance } = jobsOf(emulator.url)
  await control({ mode: 'manual' })
  const job = await createExportJob(emulator.client, app, { S3UrlPrefix })
  await advance(job, 'PROCESSING')
  return job
}

const snapshotOf = async (at = url) =>
  Buffer.from(await (await fetch(`${at}/_pinpoint/snapshot`)).arrayBuffer())

async function restore(body: Buffer, { at = url, headers = {} } = {}) {
  const answer = await fetch(`${at}/_pinpoint/snapshot`, { method: 'PUT', body, headers })
  return { status: answer.status, text: await answer.text() }
}
const restored = { status: 204, text: '' }

/** A snapshot after SQL has changed it. */
function changed(t: Test, snapshot: Buffer, sql: string): Buffer {
  const file = join(makeFolder(t), 'changed.db')
  writeFileSync(file, snapshot)
  changeDatabase(file, sql)
  return readFileSync(file)
}

/** A data folder that holds a snapshot. */
function folderWith(t: Test, snapshot: Buffer): string {
  const folder = makeFolder(t)
  writeFileSync(databaseFile(folder), snapshot)
  return folder
}

/**
 * Where the header of a SQLite file has what it says, and in how many bytes
 * (https://sqlite.org/fileformat2.html).
 */
const inHeader = {
  pageSize: [16, 2],
  writeFormat: [18, 1],
  readFormat: [19, 1],
  reservedBytes: [20, 1],
  maxPayload: [21, 1],
  minPayload: [22, 1],
  leafPayload: [23, 1],
  changeCounter: [24, 4],
  pages: [28, 4],
  freelist: [32, 4],
  schemaFormat: [44, 4],
  cacheSize: [48, 4],
  largestRoot: [52, 4],
  encoding: [56, 4],
  userVersion: [60, 4],
  incrementalVacuum: [64, 4],
  unused: [72, 4],
} as const

/** A snapshot whose header says something else. */
function withHeader(snapshot: Buffer, change: { [Name in keyof typeof inHeader]?: number }): Buffer {
  const copy = Buffer.from(snapshot)
  for (const [name, value] of Object.entries(change)) {
    const [at, bytes] = inHeader[name as keyof typeof inHeader]
    copy.writeUIntBE(value, at, bytes)
  }
  return copy
}

/** The snapshot of an empty state, in another encoding. */
function emptyIn(t: Test, encoding: 'UTF-16le' | 'UTF-16be'): Buffer {
  const file = join(makeFolder(t), 'utf-16.db')
  makeUtf16Database(file, encoding)
  return readFileSync(file)
}

/** What a header may say that ours does not, and why it is refused. */
const headers: [what: string, change: Parameters<typeof withHeader>[1], says: RegExp][] = [
  ['a page size of 0', { pageSize: 0 }, /page size is 0, and must be /],
  ['a page size that is no power of two', { pageSize: 8191 }, /page size is 8191, and must be /],
  ['a page size that is too small', { pageSize: 256 }, /page size is 256, and must be /],
  ['pages of another size than they have', { pageSize: 4096 }, /page size is 4096, and must be 8192/],
  ['a write format to come', { writeFormat: 3 }, /write format is 3, and must be 1 or 2/],
  ['a read format to come', { readFormat: 3 }, /read format is 3, and must be 1 or 2/],
  ['reserved bytes in each page', { reservedBytes: 12 }, /reserved bytes of a page is 12, and must be 0/],
  ['another largest share of a cell', { maxPayload: 63 }, /is 63, and must be 64/],
  ['another smallest share of a cell', { minPayload: 31 }, /is 31, and must be 32/],
  ['another share of a cell in a leaf', { leafPayload: 33 }, /is 33, and must be 32/],
  ['no pages', { pages: 0 }, /longer than the SQLite file/],
  ['fewer pages', { pages: 1 }, /longer than the SQLite file/],
  ['more pages', { pages: 1_000_000 }, /not all of it was sent/],
  ['a number of pages that is out of date', { changeCounter: 77 }, /does not say how many pages it has/],
  ['a list of free pages that leads nowhere', { freelist: 999_999 }, /damaged/],
  ['no schema format', { schemaFormat: 0 }, /schema format is 0, and must be 4/],
  ['an old schema format', { schemaFormat: 1 }, /schema format is 1, and must be 4/],
  ['a schema format to come', { schemaFormat: 5 }, /schema format is 5, and must be 4/],
  ['a size of the page cache', { cacheSize: 2 ** 31 - 1 }, /cache size is 2147483647, and must be 0/],
  ['auto_vacuum by its header alone', { largestRoot: 3 }, /\(auto_vacuum\) is 3, and must be 0/],
  ['incremental vacuum', { incrementalVacuum: 1 }, /incremental vacuum is 1, and must be 0/],
  ['UTF-16 by its header alone', { encoding: 2 }, /text encoding is 2, and must be 1 \(UTF-8/],
  // SQLite looks at the lowest two bits.
  ['an encoding that there is not', { encoding: 4 }, /text encoding is 4, and must be 1/],
  ['a version below 0', { userVersion: 0xff_ff_ff_ff }, /not one of pinpoint-local/],
  ['bytes that are kept for later', { unused: 1 }, /must be 0/],
]

const filesOf = (dataDir: string) =>
  readdirSync(dataDir).filter(name => !/^pinpoint\.(db|lock|pid)/.test(name))

t.test('a reset removes everything', async t => {
  const app = await createApp(client)
  const job = await runImport(client, app, few)
  const answer = await reset()
  t.strictSame([answer.status, await answer.text()], [204, ''])
  t.strictSame((await client.send(new GetAppsCommand({}))).ApplicationsResponse?.Item, [])
  t.equal(await getEndpoint(client, app, 'few-1'), undefined)
  t.equal(await getSegment(client, app, job.Id!), undefined)
  t.strictSame(countRows(DATA_DIR), {})
})

t.test('a running import writes nothing into what comes after a reset', async t => {
  const old = await createApp(client)
  const running = await createImportJob(client, old, many)
  await untilProcessed(client, running, 1)
  t.equal((await reset()).status, 204)
  const get = new GetImportJobCommand({ ApplicationId: old, JobId: running.Id })
  await t.rejects(client.send(get), { name: 'NotFoundException' })

  // In the database it has the number of the old one.
  const app = await createApp(client)
  const job = await runImport(client, app, few)
  t.match(job, { JobStatus: 'COMPLETED', TotalProcessed: 2, TotalPieces: 1, CompletedPieces: 1 })
  const { apps, endpoints, import_jobs, import_members, documents } = countRows(DATA_DIR)
  t.strictSame([apps, endpoints, import_jobs, import_members, documents], [1, 2, 1, 2, 1])
})

t.test('calls during a reset or a restore are answered from the one state or the other', async t => {
  const app = await createApp(client)
  let over = false
  const seen = new Set<number>()
  const call = async () => {
    while (!over) {
      const body = JSON.stringify({ ChannelType: 'EMAIL', Address: 'a@example.com' })
      const { status } = await fetch(`${url}/v1/apps/${app}/endpoints/e`, { method: 'PUT', body })
      seen.add(status)
      seen.add((await fetch(`${url}/v1/apps/${app}`)).status)
    }
  }
  const calls = [call(), call(), call()]
  await until(() => (seen.has(202) ? true : undefined), 'calls')
  const resets = await Promise.all([reset(), reset(), reset()])
  await until(() => (seen.has(404) ? true : undefined), 'calls afterwards')
  over = true
  await Promise.all(calls)
  t.strictSame(
    resets.map(({ status }) => status),
    [204, 204, 204],
  )
  t.strictSame([...seen].sort(), [200, 202, 404])
})

t.test('a reset discards what a running export has written, and other files stay', async t => {
  await buckets.put('data', '.mine', '')
  const job = await exportToTheBrink(exporting)
  t.strictSame(hidden(), ['.mine', `.${job.Id}-00000.gz.part`].sort())
  t.equal((await reset(exporting.url)).status, 204)
  t.strictSame(hidden(), ['.mine'])
})

t.test('the end of an ephemeral emulator discards drafts of an export; any other keeps them', async t => {
  await buckets.remove('data', '.mine')
  const ephemeral = await startEmulator(t, { ...buckets.env, EPHEMERAL: 'true' })
  await exportToTheBrink(ephemeral)
  t.equal(hidden().length, 1)
  await ephemeral.close()
  t.strictSame(hidden(), [])

  const env = { ...buckets.env, DATA_DIR: makeFolder(t) }
  const first = await startEmulator(t, env)
  const job = await exportToTheBrink(first)
  await first.close()
  t.equal(hidden().length, 1)
  const second = await startEmulator(t, env)
  await jobsOf(second.url).control({ mode: 'immediate' })
  t.match(await waitForJob(second.client, job), { JobStatus: 'COMPLETED' })
})

t.test('a stop soon after a reset names in the log what could not be discarded', async t => {
  const s3 = await startS3(t)
  await s3.put('out', 'there', '')
  // What discards drafts is not answered.
  const front = await startFront(t, s3, undefined, ({ method }) => method === 'DELETE')
  const emulator = await spawnEmulator(t, { ...front.env, DATA_DIR: makeFolder(t) })
  const job = await exportToTheBrink(emulator, 's3://out')
  t.equal((await reset(emulator.url)).status, 204)
  t.equal((await emulator.end('SIGTERM')).code, 0)
  const errors = emulator.log().filter(({ level }) => level === 50)
  t.equal(errors.length, 1)
  const says = `^an unfinished export was discarded, but ${job.Id}-00000.gz: what was written could not be removed`
  t.match(errors[0]?.msg, new RegExp(says))
})

t.test('a snapshot is the whole state in a SQLite file, and replaces any other', async t => {
  const app = await createApp(client)
  const job = await runImport(client, app, few)
  const answer = await fetch(`${url}/_pinpoint/snapshot`)
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('content-type'), 'application/vnd.sqlite3')
  t.match(answer.headers.get('content-disposition'), /^attachment; filename="pinpoint-[\dTZ.-]+\.db"$/)
  const snapshot = Buffer.from(await answer.arrayBuffer())
  t.strictSame(countRows(folderWith(t, snapshot)), countRows(DATA_DIR))
  const look = async (from = client) => [
    await getEndpoint(from, app, 'few-1'),
    await getSegment(from, app, job.Id!),
    await waitForJob(from, job),
  ]
  const before = await look()

  const later = await createApp(client)
  await putEndpoint(client, app, 'few-1', { Address: 'changed@example.com' })
  t.strictSame(await restore(snapshot), restored)
  t.strictSame(await look(), before)
  t.equal(await getEndpoint(client, later, 'e'), undefined)

  const dataDir = makeFolder(t)
  const other = await startEmulator(t, { DATA_DIR: dataDir })
  await createApp(other.client)
  t.strictSame(await restore(snapshot, { at: other.url }), restored)
  t.strictSame(await look(other.client), before, 'in another emulator')
  await other.close()
  const again = await startEmulator(t, { DATA_DIR: dataDir })
  t.strictSame(await look(again.client), before, 'and after its next start')
  t.strictSame([filesOf(DATA_DIR), filesOf(dataDir)], [[], []])
})

t.test('a snapshot is taken whatever its type says', async t => {
  const snapshot = await snapshotOf()
  const types = ['application/octet-stream', 'application/vnd.sqlite3', 'application/x-www-form-urlencoded']
  for (const type of types) {
    t.strictSame(await restore(snapshot, { headers: { 'content-type': type } }), restored, type)
  }
  t.strictSame(await restore(snapshot), restored, 'or where it has none')
})

t.test('a snapshot may be larger than any other body', onlyLong, async t => {
  const large = await largeSnapshot(t, 9)
  t.ok(large.length > 8 * 1024 * 1024)
  t.strictSame(await restore(large), restored)
  t.strictSame(countRows(DATA_DIR), { tags: 90 })
  t.equal((await fetch(`${url}/_pinpoint/reset`, { method: 'POST' })).status, 204)
})

t.test('an import that ran when the snapshot was taken goes on from there', async t => {
  const app = await createApp(client)
  const job = await createImportJob(client, app, many)
  await untilProcessed(client, job, 1)
  const snapshot = await snapshotOf()
  const store = openStore(folderWith(t, snapshot))
  t.match(store.importJobs.get(store.apps.find(app)!, job.Id!), { JobStatus: 'PROCESSING' })
  store.close()
  // While it runs: what the job of before writes must not get into what comes then.
  t.strictSame(await restore(snapshot), restored)
  large.letGo()
  const whole = await waitForJob(client, job)
  t.match(whole, { JobStatus: 'COMPLETED', TotalProcessed: 2000 })
  await until(
    () => (countRows(DATA_DIR).endpoints_before_import === undefined ? true : undefined),
    'tidiness',
  )
  const rows = countRows(DATA_DIR)
  t.strictSame(await restore(snapshot), restored)
  const resumed = await waitForJob(client, job)
  t.strictSame(countersOf(resumed), countersOf(whole))
  t.equal(resumed.JobStatus, 'COMPLETED')
  await until(
    () => (countRows(DATA_DIR).endpoints_before_import === undefined ? true : undefined),
    'tidiness',
  )
  t.strictSame(countRows(DATA_DIR), rows)
})

t.test('an export that ran when the snapshot was taken goes on from there', async t => {
  const job = await exportToTheBrink(exporting, 's3://data/out')
  const snapshot = await snapshotOf(exporting.url)
  t.strictSame(await restore(snapshot, { at: exporting.url }), restored)
  await jobsOf(exporting.url).control({ mode: 'immediate' })
  t.match(await waitForJob(exporting.client, job), { JobStatus: 'COMPLETED', TotalProcessed: 1 })
  t.strictSame(
    Object.keys(await buckets.read('data')).filter(key => key.startsWith('out/')),
    [`out/${job.Id}-00000.gz`],
  )
})

t.test('an export whose objects a reset has discarded is written anew from the snapshot', async t => {
  const { control } = jobsOf(exporting.url)
  const job = await exportToTheBrink(exporting, 's3://data/anew')
  const snapshot = await snapshotOf(exporting.url)
  t.equal((await reset(exporting.url)).status, 204)
  await until(() => readdirSync(join(buckets.folder, 'data/anew')).length === 0 || undefined, 'no draft')
  t.strictSame(await restore(snapshot, { at: exporting.url }), restored)
  await control({ mode: 'immediate' })
  t.match(await waitForJob(exporting.client, job), completed(1))
  matchEach(t, await endpointsExported(buckets, job), [{ Id: 'e' }])
})

t.test('what is no snapshot is refused, says why, and changes nothing', async t => {
  const app = await createApp(client)
  await runImport(client, app, few)
  const good = await snapshotOf()
  const broken = Buffer.from(good)
  broken.fill(7, pageBytes * 3, pageBytes * 4)
  const exec = (sql: string) => changed(t, good, sql)
  const cases: [what: string, body: Buffer, says: RegExp][] = [
    ...headers.map(([what, change, says]): [string, Buffer, RegExp] => [
      what,
      withHeader(good, change),
      says,
    ]),
    ...(['UTF-16le', 'UTF-16be'] as const).map((encoding): [string, Buffer, RegExp] => [
      encoding,
      emptyIn(t, encoding),
      /text encoding is [23], and must be 1 \(UTF-8/,
    ]),
    ...['FULL', 'INCREMENTAL'].map((mode): [string, Buffer, RegExp] => [
      `auto_vacuum = ${mode}`,
      exec(`PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = ${mode}; VACUUM`),
      /largest root page \(auto_vacuum\) is \d+, and must be 0/,
    ]),
    ['a page more', Buffer.concat([good, Buffer.alloc(pageBytes)]), /longer than the SQLite file in it/],
    ['a byte more', Buffer.concat([good, Buffer.alloc(1)]), /longer than the SQLite file in it/],
    ['a byte less', good.subarray(0, -1), /damaged, or not all of it was sent/],
    ['nothing', Buffer.alloc(0), /the body is empty/],
    ['text', Buffer.from('hello\n'), /not a SQLite file/],
    ['a long text', Buffer.from('hello\n'.repeat(10_000)), /not a SQLite file/],
    ['half of a snapshot', good.subarray(0, good.length / 2), /damaged, or not all of it was sent/],
    ['a few bytes of a snapshot', good.subarray(0, 120), /damaged, or not all of it was sent|not a SQLite/],
    ['a broken page', broken, /damaged/],
    ['another program', exec('PRAGMA application_id = 7'), /not one of pinpoint-local/],
    ['no program', exec('PRAGMA application_id = 0; PRAGMA user_version = 0'), /not one of pinpoint-local/],
    [
      'a newer version',
      exec('PRAGMA user_version = 36'),
      /made by another version of pinpoint-local: delete it/,
    ],
    [
      'a trigger',
      exec('CREATE TRIGGER t AFTER INSERT ON apps BEGIN DELETE FROM apps; END'),
      /a trigger t that is not pinpoint-local's/,
    ],
    ['a view', exec('CREATE VIEW v AS SELECT 1'), /a view v that is not/],
    ['a table', exec('CREATE TABLE mine (x)'), /a table mine that is not/],
    ['a virtual table', exec('CREATE VIRTUAL TABLE f USING fts5(x)'), /a table f\w* that is not/],
    ['another table', exec('ALTER TABLE apps ADD COLUMN x TEXT'), /a table apps that is not/],
    ['a missing table', exec('DROP TABLE event_streams'), /lacks the table event_streams/],
    ...[
      ...["definition = '{'", "status = 'BOGUS'", "history = 'x'", "may_leave = '{}'", "faults = '[]'"],
      ...["skipped = '['", "skipped = '[]'", `skipped = '{"items":1}'`],
    ].map((set): [string, Buffer, RegExp] => [
      set,
      exec(`UPDATE import_jobs SET ${set}`),
      /row in import_jobs that is no/,
    ]),
    ...[
      'creation_date = 9e18',
      'effective_date = -9e15',
      "effective_date = x''",
      "attributes = '{'",
      "location = '[]'",
      "demographic = '1x'",
      "location = '77'",
      "location = ''",
      'request_id = NULL, import_job = NULL',
    ].map((set): [string, Buffer, RegExp] => [
      set,
      exec(`UPDATE endpoints SET ${set} WHERE id = 'few-1'`),
      /row in endpoints that is no endpoint: few-1/,
    ]),
    ...[
      ['ids', 'DELETE FROM endpoint_ids'],
      ['addresses', 'UPDATE endpoint_addresses SET key = key + 65536'],
      ['users', 'INSERT INTO endpoint_users SELECT key, seq FROM endpoint_ids LIMIT 1'],
    ].map(([what, sql]): [string, Buffer, RegExp] => [
      `keys of ${what} that no endpoint has`,
      exec(sql!),
      new RegExp(`rows in endpoint_${what} that do not fit those in endpoints`),
    ]),
    [
      'a job that leads elsewhere',
      exec(`UPDATE import_jobs SET status = 'CREATED', definition = '{"S3Url":"s3://../x"}'`),
      /row in import_jobs that is no job/,
    ],
    [
      'a broken rule',
      exec(`INSERT INTO faults (id, rule) VALUES ('f', '{')`),
      /row in faults that is no rule: f/,
    ],
    ['a rule that is none', exec(`INSERT INTO faults (id, rule) VALUES ('f', '{"times":0}')`), /times/],
    ...[`'{'`, `'{}'`, `'{"time":"x","status":"SENT","statusCode":200,"statusMessage":""}'`].map(
      (record): [string, Buffer, RegExp] => [
        `the message ${record}`,
        exec(
          `INSERT INTO messages (app, status, record) SELECT seq, 'SUCCESSFUL', ${record} FROM apps LIMIT 1`,
        ),
        /row in messages that is no message: \d+ \(/,
      ],
    ),
    [
      'a content that is none',
      exec(`INSERT INTO message_contents (content) VALUES ('{"html":1}')`),
      /row in message_contents that is no message: \d+ \(/,
    ],
    ...[
      ['no count', 'DELETE FROM outbox'],
      ['another count', 'INSERT OR REPLACE INTO outbox VALUES (1, 9, 500, 0, 0, 0)'],
      ['a last id that is too low', 'INSERT OR REPLACE INTO outbox VALUES (1, 6, 1, 0, 0, 0)'],
      ['a message that the limit has removed', 'INSERT OR REPLACE INTO outbox VALUES (1, 9, 1, 7, 7, 0)'],
    ].map(([what, sql]): [string, Buffer, RegExp] => [
      `an outbox with ${what}`,
      exec(
        `DELETE FROM messages;
         INSERT INTO messages (seq, app, status, record)
           SELECT 7, seq, 'SUCCESSFUL', '{"time":"2026-01-02T03:04:05.678Z","status":"SUCCESSFUL","statusCode":200,"statusMessage":""}'
           FROM apps LIMIT 1;
         ${sql}`,
      ),
      /row in outbox that does not fit its messages/,
    ]),
    [
      'a treatment whose runs cannot be read',
      exec(
        `INSERT INTO documents (app, kind, id, arn, creation_date, version, last_version)
           SELECT seq, 'campaign', 'c', 'arn', '', 1, 1 FROM apps LIMIT 1;
         INSERT INTO campaign_treatments SELECT seq, 0, 'WAITING', 1, '{', 0, 0 FROM documents WHERE id = 'c'`,
      ),
      /row in campaign_treatments that cannot be read/,
    ],
    ...["'frozen', 9000000000000000000", "'frozen', -1", "'offset', 9e14", "'offset', -99999999999999"].map(
      (row): [string, Buffer, RegExp] => [
        `the clock ${row}`,
        exec(`INSERT OR REPLACE INTO clock VALUES (1, ${row})`),
        /row in clock whose time is not from 1970 to 9999/,
      ],
    ),
    ['a mode that is none', exec(`INSERT INTO job_control VALUES (1, 'bogus', NULL)`), /row in job_control/],
  ]
  const rows = countRows(DATA_DIR)
  for (const [what, body, says] of cases) {
    const { status, text } = await restore(body)
    t.equal(status, 400, what)
    t.match(JSON.parse(text).Message, says, what)
  }
  t.strictSame(countRows(DATA_DIR), rows)
  t.match(await getEndpoint(client, app, 'few-1'), { Address: 'few-1@example.com' })
  t.strictSame(filesOf(DATA_DIR), [])
})

t.test('a snapshot is taken whether its header says that it has a write-ahead log or not', async t => {
  const app = await createApp(client)
  const snapshot = await snapshotOf()
  for (const format of [1, 2]) {
    const body = withHeader(snapshot, { writeFormat: format, readFormat: format })
    t.strictSame(await restore(body), restored, `formats ${format}`)
    t.match(await client.send(new GetAppCommand({ ApplicationId: app })), {
      ApplicationResponse: { Id: app },
    })
  }
})

t.test("whatever a snapshot's header says, the emulator goes on", onlyLong, async t => {
  const { url, client } = await startEmulator(t)
  const app = await createApp(client)
  const snapshot = await snapshotOf(url)
  for (let at = 0; at < 100; at++) {
    for (const value of [0, 1, 2, 4, 8, 255].filter(value => value !== snapshot[at])) {
      const body = Buffer.from(snapshot)
      body[at] = value
      const { status, text } = await restore(body, { at: url })
      if (status !== 204)
        t.match([status, text], [400, /The snapshot is refused: /], `byte ${at} is ${value}`)
      const { ApplicationsResponse } = await client.send(new GetAppsCommand({}))
      if (ApplicationsResponse?.Item?.[0]?.Id !== app) t.fail(`byte ${at} is ${value}`)
    }
  }
  t.equal((await reset(url)).status, 204)
  await createApp(client)
  t.equal((await fetch(`${url}/_pinpoint/health`)).status, 200)
})

t.test('a client that leaves in the middle changes nothing, and leaves nothing behind', async t => {
  const rows = countRows(DATA_DIR)
  const snapshot = await snapshotOf()
  const headers = { 'content-length': snapshot.length }
  const put = request(`${url}/_pinpoint/snapshot`, { method: 'PUT', headers })
  put.on('error', () => {})
  put.write(snapshot.subarray(0, 50_000))
  await until(() => (filesOf(DATA_DIR).length > 0 ? true : undefined), 'the body to arrive')
  put.destroy()
  await until(() => (filesOf(DATA_DIR).length === 0 ? true : undefined), 'the file to be gone')
  t.strictSame(countRows(DATA_DIR), rows)

  const controller = new AbortController()
  const get = await fetch(`${url}/_pinpoint/snapshot`, { signal: controller.signal })
  t.equal(get.status, 200)
  t.strictSame(filesOf(DATA_DIR), [], 'while it is sent, it has no name any more')
  controller.abort()
})

t.test('what a killed process has left of a snapshot is removed by the next start', async t => {
  const dataDir = makeFolder(t)
  openStore(dataDir).close()
  const left = join(dataDir, 'snapshot-0f9619ff-8b86-4d01-b42d-00cf4fc964ff.db')
  for (const ending of ['', '-journal', '-wal', '-shm']) copyFileSync(databaseFile(dataDir), left + ending)
  mkdirSync(join(dataDir, 'snapshot-mine'))
  await startEmulator(t, { DATA_DIR: dataDir })
  t.strictSame(filesOf(dataDir), ['snapshot-mine'])
})
