import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { cutPieces } from '../../server/jobs/cut-pieces.ts'
import { badRows } from '../support/bad-rows.ts'
import { endpointsOf, importInto, type Outcome, sameEndpoints, startEmulators } from '../support/emulators.ts'
import { type UserRow, type WrittenFile, writeFile, writeUsers } from '../support/files.ts'
import { type Format, goodRows, holds, idsOf, look, mix, type Values } from '../support/generators.ts'

/** Sizes of pieces: one that takes any file here whole, and smaller ones. */
const sizes = [1_048_576, 31, 1]

/** The records of a file, and the same records in several. */
interface Split {
  format: Format
  whole: WrittenFile
  parts: WrittenFile[]
  /** Endpoints that are there before. */
  before: Values[]
  ids: string[]
}

/** Where to cut a list into parts, some of which may be empty. */
const cuts = fc.array(fc.nat(), { minLength: 1, maxLength: 2 })

function cutAt<T>(list: T[], cuts: number[]): T[][] {
  const places = [0, ...cuts.map(cut => cut % (list.length + 1)).sort((a, b) => a - b), list.length]
  return places.slice(1).map((end, index) => list.slice(places[index], end))
}

const splitFiles = (format: Format): fc.Arbitrary<Split> =>
  fc
    .record({
      good: goodRows({ format }),
      bad: fc.array(fc.tuple(fc.nat(), badRows(format)), { maxLength: 2 }),
      isAllGood: fc.boolean(),
      cuts,
      look,
    })
    .map(({ good, bad, isAllGood, cuts, look }) => {
      const groups = mix(good, isAllGood ? [] : bad)
      return {
        format,
        whole: writeFile(format, groups.flat(), look),
        parts: cutAt(groups, cuts).map(part => writeFile(format, part.flat(), look)),
        before: [],
        ids: idsOf(groups.flat()),
      }
    })

const users = ['ann', 'Ann', 'ü', 'b e n']
const before = users.map((UserId, index) => {
  return { Id: `e${index}`, ChannelType: 'SMS', Address: `${index}`, User: { UserId } }
})

const splitUsers: fc.Arbitrary<Split> = fc
  .tuple(
    fc.array(
      fc.record({
        users: fc.oneof(
          fc.constant<UserRow['users']>([{ id: 'b e n', reason: undefined }]),
          fc.array(
            fc.constantFrom(...['ann', 'Ann', 'ü'].map(id => ({ id, reason: undefined })), {
              id: 'nobody',
              reason: 'User.UserId "nobody" has no endpoints',
            }),
            { minLength: 1, maxLength: 4 },
          ),
        ),
        look,
      }),
      { minLength: 1, maxLength: 6 },
    ),
    cuts,
    look,
  )
  .map(([rows, cuts, look]: [UserRow[], number[], number]) => ({
    format: 'CSV',
    whole: writeUsers(rows, look),
    parts: cutAt(rows, cuts).map(part => writeUsers(part, look)),
    before,
    ids: before.map(({ Id }) => Id),
  }))

/** Whether a file has a piece with records of which none can be imported. */
function hasBadPiece({ content, records }: WrittenFile, size: number): boolean {
  return [...cutPieces(content.length, size)].some(({ startByte, endByte }) => {
    const own = records.filter(({ start }) => start >= startByte && start < endByte)
    return own.length > 0 && own.every(({ reason }) => reason !== undefined)
  })
}

/** What is said of records, as opposed to pieces. */
const recordFailures = ({ job }: Outcome) =>
  (job.Failures ?? []).filter(failure => / line \d+: /.test(failure))

t.test('records lead to the same, however they are cut into pieces and objects', async t => {
  const { emulators, fill } = await startEmulators(t, ...sizes.map(size => ({ PIECE_BYTES: String(size) })))

  for (const [title, split] of [
    ['CSV', splitFiles('CSV')],
    ['newline-delimited JSON', splitFiles('JSON')],
    ['users', splitUsers],
  ] as const) {
    t.test(`records of ${title} lead to the same, however they are cut`, async t => {
      const property = fc.asyncProperty(split, async ({ format, whole, parts, before, ids }) => {
        const ending = format === 'CSV' ? 'csv' : 'json'
        const keys = parts.map((_, index) => `in/${index}.${ending}${index === 1 ? '.gz' : ''}`)
        const bucket = await fill({
          [`whole.${ending}`]: whole.content,
          ...Object.fromEntries(
            parts.map(({ content }, index) => [keys[index], index === 1 ? gzipSync(content) : content]),
          ),
        })
        const runs = emulators.flatMap((emulator, index) => [
          { emulator, size: sizes[index]!, key: `whole.${ending}`, files: [whole] },
          { emulator, size: sizes[index]!, key: 'in/', files: parts },
        ])
        const outcomes = await Promise.all(
          runs.map(async ({ emulator, size, key, files }) => {
            const outcome = await importInto(emulator, `s3://${bucket}/${key}`, format, before)
            const { job, app } = outcome
            const isFailed = files.some(file => hasBadPiece(file, size))
            assert.equal(job.JobStatus, isFailed ? 'FAILED' : 'COMPLETED', `${key} in pieces of ${size}`)
            assert.equal(job.TotalProcessed, whole.records.length)
            assert.equal(job.TotalFailures, whole.records.filter(({ reason }) => reason !== undefined).length)
            const pieces = files.map(({ content }) => [...cutPieces(content.length, size)].length)
            assert.equal(
              job.TotalPieces,
              pieces.reduce((sum, count) => sum + count, 0),
            )
            if (isFailed) {
              const there = (await endpointsOf(emulator, app, ids)).filter(endpoint => endpoint !== undefined)
              assert.equal(there.length, before.length, 'it leaves nothing behind')
            }
            return outcome
          }),
        )
        const [first] = outcomes as [Outcome]
        for (const [index, outcome] of outcomes.entries()) {
          const wanted = runs[index]!.files.flatMap((file, index) => {
            const key = file === whole ? `whole.${ending}` : keys[index]
            const bad = file.records.filter(({ reason }) => reason !== undefined)
            return bad.map(({ line, reason }) => `${key} line ${line}: ${reason}`)
          })
          assert.deepEqual(
            recordFailures(outcome).map((failure, index) => failure.slice(0, wanted[index]?.length)),
            wanted,
          )
          const { JobStatus } = outcome.job
          if (JobStatus === 'COMPLETED' && JobStatus === first.job.JobStatus) {
            sameEndpoints(outcome.members, first.members)
          }
        }
      })
      await holds(t, property, 4)
    })
  }
})
