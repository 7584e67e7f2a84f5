import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { openStore } from '../../server/store/open-store.ts'
import { badRows } from '../support/bad-rows.ts'
import { makeFolder } from '../support/buckets.ts'
import { writeFewAtATime } from '../support/control.ts'
import { importInto, outcomeOf, putBatch, sameEndpoints, startEmulators } from '../support/emulators.ts'
import { type UserRow, type WrittenFile, writeFile, writeUsers } from '../support/files.ts'
import { goodRows, holds, look, mix, type Row, type Values } from '../support/generators.ts'
import { createApp, createImportJob, startEmulator, waitForJob } from '../support/helpers.ts'
import { countersOf } from '../support/reads.ts'

interface LongFile {
  file: WrittenFile
  /** Endpoints that are there before. */
  before: Values[]
  /** How it stands in the report of a counterexample: by what is in it again and again. */
  [fc.toStringMethod]: () => string
}

/** The same rows with other ids, so that the import of many copies takes a while. */
const copyOf = (rows: Row[], copy: number): Row[] =>
  rows.map(row => {
    const { values, look } = row
    const Id = typeof values?.Id === 'string' && { Id: `${values.Id}-${copy}` }
    return { ...row, ...(values && { values: { ...values, ...Id } }), look: look === 0 ? 0 : look + copy }
  })

/**
 * A user who gets one push endpoint after the other, and has the oldest give way; some are changed and so not
 * old.
 */
const crowd = (copy: number): Row[] => [
  {
    values: {
      Id: `crowd-${copy}`,
      ChannelType: 'GCM',
      Address: `${copy}\nth of many`,
      User: { UserId: 'crowd' },
      Location: { City: '"\r\n,\n' },
    },
    look: copy,
  },
  { values: { Id: `crowd-${Math.max(0, copy - 10)}`, Metrics: { copy } }, look: 0 },
]

const longFile: fc.Arbitrary<LongFile> = fc
  .tuple(goodRows({ format: 'CSV' }), fc.array(fc.tuple(fc.nat(), badRows('CSV')), { maxLength: 2 }), look)
  .map(([good, bad, look]) => {
    const pattern = mix(good, bad).flat()
    const rows = Array.from({ length: 200 }, (_, copy) => [
      ...copyOf(pattern, copy),
      ...[0, 1, 2].flatMap(index => crowd(3 * copy + index)),
    ])
    const report = () => `many copies of ${fc.stringify(writeFile('CSV', pattern, look))}, look ${look}`
    return { file: writeFile('CSV', rows.flat(), look), before: [], [fc.toStringMethod]: report }
  })

const users = ['ann', 'Ann', 'ü', 'b e n']
const before = users.map((UserId, index) => ({
  Id: `e${index}`,
  ChannelType: 'SMS',
  Address: `${index}`,
  User: { UserId },
}))

const longList: fc.Arbitrary<LongFile> = fc
  .tuple(
    fc.array(
      fc.record({
        users: fc.oneof(
          fc.constantFrom(...users).map((id): UserRow['users'] => [{ id, reason: undefined }]),
          fc.array(
            fc.constantFrom('ann', 'Ann', 'ü', 'nobody').map(id => ({ id, reason: undefined })),
            { minLength: 2, maxLength: 8 },
          ),
        ),
        look,
      }),
      { minLength: 4, maxLength: 8 },
    ),
    look,
  )
  .map(([rows, look]) => ({
    file: writeUsers(Array(600).fill(rows).flat(), look),
    before,
    [fc.toStringMethod]: () => `many copies of ${fc.stringify(writeUsers(rows, look))}`,
  }))

for (const [title, files, runs] of [
  ['records of several lines', longFile, 2],
  ['users, several on a line', longList, 2],
] as const) {
  t.test(`an import of ${title} that is stopped and goes on ends like one that is not`, async t => {
    const { buckets, fill } = await startEmulators(t)
    const env = { ...buckets.env, DATA_DIR: makeFolder(t) }
    let emulator = await startEmulator(t, env)
    await writeFewAtATime(emulator.url)
    let stoppedInside = 0

    const stops = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 2 })
    const property = fc.asyncProperty(files, stops, async ({ file, before }, stops) => {
      const S3Url = `s3://${await fill({ file: file.content })}/file`
      const wanted = await importInto(emulator, S3Url, 'CSV', before)

      const app = await createApp(emulator.client)
      if (before.length > 0) await putBatch(emulator, app, before)
      const job = await createImportJob(emulator.client, app, { S3Url, DefineSegment: true })
      for (const percent of stops.toSorted((a, b) => a - b)) {
        const count = (wanted.job.TotalProcessed! * percent) / 100
        await waitForJob(emulator.client, job, ({ TotalProcessed = 0 }) => TotalProcessed >= count)
        await emulator.close()
        if (isHalfDone(env.DATA_DIR, app, job.Id!)) stoppedInside++
        emulator = await startEmulator(t, env)
      }
      const found = await outcomeOf(emulator, await waitForJob(emulator.client, job))
      assert.deepEqual(countersOf(found.job), countersOf(wanted.job))
      assert.deepEqual(found.job.Failures, wanted.job.Failures)
      sameEndpoints(found.members, wanted.members)
    })
    await holds(t, property, runs)
    t.ok(stoppedInside > 0, `stopped in the middle ${stoppedInside} times`)
  })
}

/** Whether a job stands between two of its records in the database that a stopped emulator has left. */
function isHalfDone(dataDir: string, appId: string, jobId: string): boolean {
  const store = openStore(dataDir)
  const job = store.importJobs.get(store.apps.find(appId)!, jobId)!
  store.close()
  return job.JobStatus === 'PROCESSING' && job.TotalProcessed! > 0
}
