import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { badRows } from '../support/bad-rows.ts'
import { importInto, startEmulators } from '../support/emulators.ts'
import { type UserRow, type WrittenFile, writeFile, writeUsers } from '../support/files.ts'
import {
  channels,
  type Format,
  goodRows,
  holds,
  isObject,
  look,
  mix,
  type Row,
  text,
  type Values,
} from '../support/generators.ts'

/** Endpoints that are there before a file is imported. */
const before: Values[] = [
  { Id: 'Known 1', ChannelType: 'EMAIL', Address: 'known-1', User: { UserId: 'known user' } },
  { Id: 'known-2', ChannelType: 'GCM', Address: 'known-2', User: { UserId: 'ça\nva' } },
  ...Array.from({ length: 15 }, (_, index) => ({
    Id: `crowd-${index}`,
    ChannelType: 'EMAIL',
    Address: `crowd-${index}`,
    User: { UserId: 'crowd' },
  })),
]

/** Rows that are good because of what is there before, and such that are bad because of it. */
const rowsOnKnown = (format: Format): fc.Arbitrary<Row> =>
  fc
    .tuple(
      fc.oneof(
        fc.constantFrom<Omit<Row, 'look'>>(
          { values: { Id: 'Known 1' } },
          { values: { Id: 'KNOWN 1' } },
          { values: { Id: 'KNOWN-2', Metrics: { visits: 5 } } },
          { values: { Id: 'known-2', Address: 'moved' } },
          ...(format === 'JSON' ? [{ values: { User: { UserId: 'known user' } } }] : []),
        ),
        fc.constantFrom(...channels).map(ChannelType => ({
          values: { Id: 'one-more', ChannelType, Address: 'one-more', User: { UserId: 'crowd' } },
          reason: 'Exceeded maximum endpoint per user count: 15',
        })),
      ),
      look,
    )
    .map(([row, look]) => ({ ...row, look }))

const overNames = 'Too many custom attributes: an application has at most 250 names'

const nameTooMany = fc
  .constantFrom<Values>(
    { Attributes: { 'one too many': ['a'] } },
    { Metrics: { 'one too many': 1 } },
    { User: { UserAttributes: { 'one too many': ['a'] } } },
  )
  .map((more): Row => {
    return { values: { Id: 'bad', ChannelType: 'SMS', Address: 'bad', ...more }, reason: overNames, look: 0 }
  })

/** Makes an application know 250 names: all that stand in good rows, and others. */
function fillNames(rows: Row[]): Values {
  const full = { Attributes: {} as Values, Metrics: {} as Values, UserAttributes: {} as Values }
  for (const { values, reason } of rows) {
    if (values === undefined || reason !== undefined) continue
    const { Attributes, Metrics, User } = values
    for (const name of namesIn(Attributes)) full.Attributes[name] = ['a']
    for (const name of namesIn(Metrics)) full.Metrics[name] = 0
    for (const name of namesIn(isObject(User) && User.UserAttributes)) full.UserAttributes[name] = ['a']
  }
  const count = Object.values(full).reduce((sum, names) => sum + Object.keys(names).length, 0)
  for (let index = count; index < 250; index++) full.Metrics[`filler ${index}`] = index
  const { Attributes, Metrics, UserAttributes } = full
  return { Id: 'full', ChannelType: 'SMS', Address: 'full', Attributes, Metrics, User: { UserAttributes } }
}

const namesIn = (map: unknown) => (isObject(map) ? Object.keys(map) : [])

/** A value that begins in the last line of a file, where nothing can end it. */
const unclosed: Row = { raw: 'a,"b', reason: 'a value that begins with a quote must end with one', look: 0 }

const files = (format: Format) =>
  fc
    .record({
      good: goodRows({ format }),
      bad: fc.array(fc.tuple(fc.nat(), badRows(format)), { maxLength: 6 }),
      onKnown: fc.array(fc.tuple(fc.nat(), rowsOnKnown(format)), { maxLength: 2 }),
      overNames: fc.array(fc.tuple(fc.nat(), nameTooMany), { maxLength: 1 }),
      /** A file may have more failures than a job shows. */
      times: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constant(30) }),
      isUnclosed: fc.boolean(),
      withGood: fc.oneof(
        { weight: 9, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
      look,
    })
    .map(({ good, bad, onKnown, overNames, times, isUnclosed, withGood, look }) => {
      const rows = mix(withGood ? good : [], [
        ...bad.map(([at, group]): [number, Row[]] => [at, Array(times).fill(group).flat()]),
        ...(withGood ? onKnown.map(([at, row]): [number, Row[]] => [at, [row]]) : []),
        ...overNames.map(([at, row]): [number, Row[]] => [at, [row]]),
      ]).flat()
      if (isUnclosed && format === 'CSV') rows.push(unclosed)
      return {
        ...writeFile(format, rows, look),
        before: overNames.length > 0 ? [...before, fillNames(rows)] : before,
      }
    })

const unknownUser = text()
  .map(id => `unknown ${id}`)
  .map(id => id.replaceAll(/[${}\0]/g, '-'))

const userFiles = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.oneof(
          { weight: 3, arbitrary: listOfUsers() },
          {
            weight: 1,
            arbitrary: unknownUser.map(
              (id): Omit<UserRow, 'look'> => ({ users: [{ id, reason: noEndpoints(id) }] }),
            ),
          },
          {
            weight: 1,
            arbitrary: fc.constantFrom<Omit<UserRow, 'look'>>(
              { users: [{ id: 'known user', reason: undefined }] },
              { users: [{ id: 'ça\nva', reason: undefined }] },
              { users: [], raw: { text: '""', reason: 'User.UserId must not be empty' } },
              { users: [], raw: { text: 'crowd,crowd', reason: 'a record must have at most 1 value' } },
              { users: [], raw: { text: '"crowd', reason: 'a value that begins with a quote' } },
              { users: [], raw: { text: Buffer.from([0x63, 0xff]), reason: 'a record must be UTF-8 text' } },
            ),
          },
        ),
        look,
      ),
      { maxLength: 8 },
    ),
    look,
  )
  .map(([rows, look]) => ({
    ...writeUsers(
      rows.map(([row, look]) => ({ ...row, look })),
      look,
    ),
    before,
  }))

function noEndpoints(id: string): string {
  return `User.UserId ${JSON.stringify(id)} has no endpoints`
}

function listOfUsers(): fc.Arbitrary<Omit<UserRow, 'look'>> {
  const user = fc.constantFrom(
    { id: 'crowd', reason: undefined },
    { id: 'Crowd', reason: noEndpoints('Crowd') },
    { id: '漢字', reason: noEndpoints('漢字') },
    { id: 'a{b', reason: 'User.UserId must not hold $, { or }' },
    { id: '__proto__', reason: 'User.UserId must not be __proto__' },
  )
  return fc.array(user, { minLength: 1, maxLength: 5 }).map(users => ({ users }))
}

t.test('every record of a file is counted once, and the bad ones are named', async t => {
  const { emulators, fill } = await startEmulators(t, {})

  for (const [title, format, file, runs] of [
    ['CSV', 'CSV', files('CSV'), 20],
    ['newline-delimited JSON', 'JSON', files('JSON'), 20],
    ['users', 'CSV', userFiles, 15],
  ] as [string, Format, fc.Arbitrary<WrittenFile & { before: Values[] }>, number][]) {
    t.test(`every record in a file of ${title} is counted once, and the bad ones are named`, async t => {
      const property = fc.asyncProperty(file, async ({ content, records, before }) => {
        const bucket = await fill({ file: content })
        const { job } = await importInto(emulators[0]!, `s3://${bucket}/file`, format, before)
        const bad = records.filter(({ reason }) => reason !== undefined)
        const isFailed = content.length === 0 || (records.length > 0 && bad.length === records.length)
        const wanted = bad.map(({ line, reason }) => `file line ${line}: ${reason}`)
        const found = (job.Failures ?? []).filter(failure => failure.startsWith('file line '))
        assert.deepEqual(
          found.map((failure, index) => failure.slice(0, wanted[index]?.length)),
          // What is said of a piece takes the first place.
          wanted.slice(0, isFailed ? 99 : 100),
        )
        assert.equal(job.JobStatus, isFailed ? 'FAILED' : 'COMPLETED')
        assert.equal(job.TotalProcessed, records.length)
        assert.equal(job.TotalFailures, bad.length)
      })
      await holds(t, property, runs)
    })
  }
})
