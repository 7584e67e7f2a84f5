import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { DeleteAppCommand, type ImportJobResponse, type PinpointClient } from '@aws-sdk/client-pinpoint'
import type { Test } from 'tap'
import { countRows } from '../support/database.ts'
import { createApp, createImportJob, isOver, readJob, waitForJob } from '../support/helpers.ts'
import { type MadeObject, madeOf, startMadeS3, textOf } from '../support/made-s3.ts'
import { putEndpoint } from '../support/reads.ts'
import { type SpawnedEmulator, spawnEmulator } from '../support/spawn.ts'

const MB = 1024 * 1024
const header = 'Id,ChannelType,Address\n'

/**
 * MB by which the memory may grow beyond what an ordinary import took: JavaScript objects of the worker and
 * its reader.
 */
const maxGrowth = 128 + 64

/** An object that nobody should have to import, and what its import comes to. */
interface Case {
  object: MadeObject
  expected: Partial<ImportJobResponse>
  /** One of the job's Failures. */
  says: RegExp
}

/**
 * Imports hostile objects from an S3 server that makes them up, into an emulator that is a process of
 * its own. Expects a clear failure, little memory, and that callers' writes are answered meanwhile.
 *
 * @param bytes size of the large objects
 * @param bombBytes size of the compressed object's content
 * @param objects how many are under one prefix
 * @param tell called with what each import took
 */
export async function hostile(
  t: Test,
  {
    bytes,
    bombBytes,
    objects,
    tell = () => {},
  }: { bytes: number; bombBytes: number; objects: number; tell?: (text: string) => void },
): Promise<void> {
  const cases = casesOf(bytes, bombBytes)
  const s3 = await startMadeS3(
    t,
    { 'ordinary.csv': textOf(ordinary), ...Object.fromEntries(Object.entries(cases).map(objectOf)) },
    { prefix: 'many/', count: objects, content: `${header}e,EMAIL,e` },
  )
  const dataDir = t.testdir()
  const emulator = await spawnEmulator(t, { DATA_DIR: dataDir, ...s3.env })
  const { client } = emulator
  const [app, other] = [await createApp(client), await createApp(client)]

  /** Writes that were answered while an import ran. */
  let answered = 0

  /** Imports an object while an endpoint of another application is written again and again. */
  const importing = async (key: string): Promise<{ job: ImportJobResponse; took: Took }> => {
    const job = await createImportJob(client, app, {
      S3Url: `s3://hostile/${key}`,
      Format: key.endsWith('.json') ? 'JSON' : 'CSV',
      DefineSegment: true,
    })
    const isDone = async () => isOver(await readJob(client, job))
    const took = await measure(emulator, other, isDone)
    answered += took.answered
    return { job: await waitForJob(client, job), took }
  }
  const { peak: base } = (await importing('ordinary.csv')).took
  tell(`an ordinary import: peak memory ${base?.toFixed(0)} MB`)
  const check = (t: Test, what: string, { ms, peak, slowest }: Took) => {
    tell(
      `${what}: ${seconds(ms)}, peak memory ${peak?.toFixed(0)} MB, slowest write ${slowest.toFixed(0)} ms`,
    )
    if (base !== undefined && peak !== undefined)
      t.ok(peak - base < maxGrowth, `the memory went from ${base} to ${peak} MB`)
  }

  for (const [key, { expected, says }] of Object.entries(cases)) {
    await t.test(key, async t => {
      const { job, took } = await importing(key)
      t.match(job, expected)
      t.ok(
        job.Failures?.some(failure => says.test(failure)),
        `says ${says}: ${job.Failures?.join().slice(0, 300)}`,
      )
      check(t, key, took)
    })
  }

  await t.test(`${objects} objects under a prefix`, async t => {
    const rule = { job: { s3Url: 's3://hostile/many/*' }, failAt: 'PROCESSING', reason: 'that is enough' }
    await fetch(`${emulator.url}/_pinpoint/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rule),
    })
    const pages = s3.sent.pages
    const { job, took } = await importing('many/')
    t.match(job, { JobStatus: 'FAILED', TotalPieces: objects, Failures: [/that is enough/] })
    t.equal(s3.sent.pages - pages, Math.ceil(objects / 1000), 'each page is asked for once')
    check(t, `${objects} objects under a prefix`, took)
  })

  t.ok(answered > Object.keys(cases).length, `${answered} writes were answered while imports ran`)

  await t.test('DeleteApp does not wait until all that they have left is purged', async t => {
    await client.send(new DeleteAppCommand({ ApplicationId: app }))
    t.ok(countRows(dataDir).import_failures, 'the purge goes on')
    const isPurged = async () => countRows(dataDir).apps === 1
    check(t, 'the purge', await measure(emulator, other, isPurged))
  })
}

const ordinary = `${header}${Array.from({ length: 5000 }, (_, index) => `o${index},EMAIL,o${index}`).join('\n')}`

const objectOf = ([key, { object }]: [string, Case]): [string, MadeObject] => [key, object]

function casesOf(bytes: number, bombBytes: number): Record<string, Case> {
  const lineBytes = 60_000
  const lines = Math.ceil((bytes / 4 + 1) / lineBytes)
  const zeros = gzipSync(Buffer.alloc(16 * MB))
  const columns = (count: number) =>
    Array.from({ length: count }, (_, index) => `Metrics.${index.toString(36)}`).join()
  const failed = (records: number) => ({
    JobStatus: 'FAILED' as const,
    TotalProcessed: records,
    TotalFailures: records,
  })
  const tooLong = /a record must have at most 1048576 bytes; this one has \d+/
  return {
    'one line.csv': { object: madeOf(header, 'a', bytes), expected: failed(1), says: tooLong },
    'one quote over all lines.csv': {
      object: madeOf(`${header}"`, `${'a'.repeat(lineBytes - 1)}\n`, bytes / 4),
      expected: failed(lines),
      says: /none of the \d+ records in the piece that begins at byte \d+ could be imported/,
    },
    // Concatenated, they are one content.
    'bomb.csv.gz': {
      object: textOf(Buffer.concat(Array.from({ length: Math.ceil(bombBytes / (16 * MB)) }, () => zeros))),
      expected: { JobStatus: 'FAILED', TotalProcessed: 0 },
      says: tooLong,
    },
    '100000 columns.csv': {
      object: textOf(`${columns(100_000)}\n1,2,3\n`),
      expected: { JobStatus: 'FAILED', TotalProcessed: 0 },
      says: /the CSV header is not usable: a record must have at most 1048576 bytes/,
    },
    '80000 columns.csv': {
      object: textOf(`${columns(80_000)}\n${`${'1,'.repeat(79_999)}1\n`.repeat(5)}`),
      expected: failed(5),
      says: /an endpoint must be at most 15 KB \(15360 bytes of JSON\); this one has 80000 values/,
    },
    'users.csv': {
      object: textOf(`User.UserId\n${`${'nobody '.repeat(149_000)}\n`.repeat(5)}`),
      expected: failed(745_000),
      says: /User\.UserId "nobody" has no endpoints/,
    },
    'nested.json': {
      object: textOf(
        `{"Id":"n","Attributes":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n${'{"User":'.repeat(100_000)}\n`,
      ),
      expected: failed(2),
      says: /line 2/,
    },
  }
}

/** What an import or the purge took. */
interface Took {
  ms: number
  /** The emulator's peak memory in MB; undefined where the system does not tell. */
  peak: number | undefined
  /** Milliseconds of the slowest write. */
  slowest: number
  /** Writes that were answered before it was done. */
  answered: number
}

/** Writes an endpoint twenty times a second until an import or the purge is done. */
async function measure(
  { client, pid }: Pick<SpawnedEmulator, 'client' | 'pid'>,
  app: string,
  isDone: () => Promise<boolean>,
): Promise<Took> {
  const isLinux = process.platform === 'linux'
  // Begins the peak anew (proc(5)).
  if (isLinux) writeFileSync(`/proc/${pid}/clear_refs`, '5')
  const begun = performance.now()
  let slowest = 0
  let answered = -1
  do {
    answered++
    slowest = Math.max(slowest, await timeOf(() => write(client, app, answered)))
    await setTimeout(50)
  } while (!(await isDone()))
  const ms = performance.now() - begun
  const status = isLinux ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
  const peak = status.match(/VmHWM:\s+(\d+)/)?.[1]
  return { ms, slowest, answered, peak: peak === undefined ? undefined : Number(peak) / 1024 }
}

const write = (client: PinpointClient, app: string, count: number) =>
  putEndpoint(client, app, 'beside', { ChannelType: 'EMAIL', Address: `${count}@example.com` })

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
