import assert from 'node:assert/strict'
import type { EndpointResponse } from '@aws-sdk/client-pinpoint'
import fc from 'fast-check'
import t from 'tap'
import { type Emulator, importAgain, membersOf, putBatch, startEmulators } from '../support/emulators.ts'
import { holds, type Values } from '../support/generators.ts'
import { createApp } from '../support/helpers.ts'
import { countersOf } from '../support/reads.ts'

/** A record, or a line that is none. */
type Line = Values | string

const names = ['plan', 'constructor', 'é', '0']
const values = ['a', '[]', '', "it's", '\u0000', '\ud800', '{}']
const attributes = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.array(fc.constantFrom(...values), { maxLength: 2 })), {
    selector: ([name]) => name,
    maxLength: 2,
  })
  .map(entries => Object.fromEntries(entries))

/** Ids, users and addresses that come again and again. */
const someId = fc.oneof(
  fc.nat(30).map(number => `p${number}`),
  fc.nat(30).map(number => `P${number}`),
  fc.constantFrom('\u0130x', 'i\u0307x', '\u212a1', 'k1', '\ud800q', '\ufffdq'),
)
const someUser = fc.oneof(
  fc.nat(6).map(number => `u${number}`),
  fc.constantFrom('U1', '\ud800u', '\ufffdu'),
)
const someAddress = fc.oneof(
  fc.nat(25).map(number => `ad${number}`),
  fc.constantFrom("o'x", 'a\u0000b', 'a\u0000c', '\ud800a'),
)

/** What may be said of an endpoint beside what makes it new. */
const details = {
  OptOut: fc.constantFrom('ALL', 'NONE', 'neither'),
  RequestId: fc.constantFrom('one', 'two'),
  EffectiveDate: fc.constantFrom('2019-08-23T10:54:35.220Z', '2019-08-23T12:54:35+02:00'),
  User: fc.record({ UserId: someUser, UserAttributes: attributes }, { requiredKeys: [] }),
  Attributes: attributes,
  Metrics: fc.constantFrom({}, { plan: 1 }, { 0: 1.5 }),
  Location: fc.constantFrom({}, { Country: 'GB' }, { Country: 'DE', City: 'B' }),
  Demographic: fc.constantFrom({}, { Make: 'x' }),
}
const anything: fc.Arbitrary<Line> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        Id: someId,
        ChannelType: fc.constantFrom('EMAIL', 'SMS', 'GCM', 'APNS'),
        Address: someAddress,
        ...details,
      },
      { requiredKeys: [] },
    ),
  },
  {
    weight: 1,
    arbitrary: someUser.map(UserId => ({ User: { UserId } })),
  },
  { weight: 1, arbitrary: fc.constant('no JSON') },
)

/**
 * New endpoints that say the same, or nearly, as those of most files do: their ids and addresses follow from
 * their numbers, and so do their users, of whom so many endpoints in a row belong to one.
 */
const block = fc
  .record({
    from: fc.nat(300),
    count: fc.integer({ min: 1, max: 130 }),
    ofUser: fc.constantFrom(undefined, 1, 2, 16),
    userAttributes: fc.constantFrom(
      undefined,
      () => 0,
      (number: number) => number >> 5,
    ),
    members: fc.record(
      {
        Attributes: fc.constant((number: number) => ({ plan: [number % 3 === 0 ? 'free' : 'paid'] })),
        Metrics: fc.constant((number: number) => ({ score: number })),
        Location: fc.constant(() => ({ Country: 'GB' })),
        RequestId: fc.constant((number: number) => (number % 5 === 0 ? 'one' : 'two')),
        EffectiveDate: fc.constant(() => '2020-01-01T00:00:00Z'),
        OptOut: fc.constant((number: number) => (number % 3 === 0 ? 'NONE' : 'ALL')),
      },
      { requiredKeys: [] },
    ),
    odd: fc.array(fc.tuple(fc.nat(), fc.record(details, { requiredKeys: [] })), { maxLength: 4 }),
  })
  .map(({ from, count, ofUser, userAttributes, members, odd }) => {
    const lines = Array.from({ length: count }, (_, index): Values => {
      const number = from + index
      const User = ofUser && {
        UserId: `user${Math.floor(number / ofUser)}`,
        ...(userAttributes && { UserAttributes: { tier: [`t${userAttributes(number)}`] } }),
      }
      const said = Object.entries(members).map(([name, of]) => [name, of?.(number)])
      return {
        Id: `f${number}`,
        ChannelType: 'EMAIL',
        Address: `f${number}@x`,
        ...(User && { User }),
        ...Object.fromEntries(said),
      }
    })
    for (const [at, details] of odd) Object.assign(lines[at % count]!, details)
    return lines
  })

/**
 * Files of which each may come back to what earlier ones say: whole, in another order, or with changes; and
 * ids deleted before it.
 */
const files = fc
  .array(
    fc.record({
      fresh: fc.array(fc.oneof({ weight: 3, arbitrary: block }, fc.array(anything, { maxLength: 15 })), {
        minLength: 1,
        maxLength: 2,
      }),
      again: fc.option(
        fc.record({
          file: fc.nat(),
          isReversed: fc.boolean(),
          changes: fc.array(fc.tuple(fc.nat(), anything), { maxLength: 3 }),
        }),
      ),
      isAgainFirst: fc.boolean(),
      deletes: fc.array(fc.nat(), { maxLength: 5 }),
      fails: fc.nat(3).map(number => number === 3),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .map(drawn => {
    const files: { lines: Line[]; fails: boolean; deleted: string[] }[] = []
    for (const { fresh, again, isAgainFirst, deletes, fails } of drawn) {
      const ids = files.flatMap(({ lines }) => lines).flatMap(line => idsOf(line))
      const old = again === null || files.length === 0 ? [] : [...files[again.file % files.length]!.lines]
      if (again?.isReversed) old.reverse()
      for (const [at, line] of again?.changes ?? []) old.splice(at % (old.length + 1), 1, line)
      const lines = isAgainFirst ? [...old, ...fresh.flat()] : [...fresh.flat(), ...old]
      const deleted = ids.length === 0 ? [] : deletes.map(at => ids[at % ids.length]!)
      files.push({ lines, fails, deleted })
    }
    return files
  })

const idsOf = (line: Line): string[] =>
  typeof line !== 'string' && typeof line.Id === 'string' ? [line.Id] : []

/**
 * What both must have in common of endpoints: of times and ids that no file gives, which of them are the
 * same.
 */
function compared(endpoints: EndpointResponse[]): object[] {
  const requests = new Map<string, number>()
  return endpoints.map(({ ApplicationId, CreationDate, EffectiveDate, RequestId, ...same }) => {
    if (!requests.has(RequestId!)) requests.set(RequestId!, requests.size)
    const isGiven = /^20(19|20)-/.test(EffectiveDate!)
    return { ...same, EffectiveDate: isGiven ? EffectiveDate : 'now', request: requests.get(RequestId!) }
  })
}

t.test(
  'records that are written many at once come to the same as records that are written one by one',
  async t => {
    const { emulators, fill } = await startEmulators(t, {}, {})
    const addRule = async ({ url }: Emulator, rule: object): Promise<void> => {
      const { status } = await fetch(`${url}/_pinpoint/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rule),
      })
      assert.equal(status, 201)
    }
    // A job of which a rule may fail records has each of them looked at; this rule fails none.
    await addRule(emulators[1]!, { job: { s3Url: '*' }, failRecords: { every: 1_000_000 } })
    const fails = { job: { s3Url: '*failing.json' }, failAt: 'COMPLETING', reason: 'it is to' }
    await Promise.all(emulators.map(emulator => addRule(emulator, fails)))

    const runAll = async (
      emulator: Emulator,
      files: { url: string; deleted: string[] }[],
      known: Values[],
    ) => {
      const app = await createApp(emulator.client)
      if (known.length > 0) await putBatch(emulator, app, known)
      const jobs = []
      const segments: string[] = []
      for (const { url, deleted } of files) {
        for (const EndpointId of deleted) {
          // Whichever there is: a file that failed has left none.
          await fetch(
            `${emulator.url}/v1/apps/${app}/endpoints/${encodeURIComponent(EndpointId.toWellFormed())}`,
            {
              method: 'DELETE',
            },
          )
        }
        const { job, members } = await importAgain(emulator, app, url, 'JSON')
        const { JobStatus, Failures } = job
        jobs.push({ JobStatus, Failures, counters: countersOf(job), members: compared(members) })
        if (JobStatus === 'COMPLETED') segments.push(job.Definition!.SegmentId!)
      }
      const inTheEnd = await Promise.all(segments.map(segment => membersOf(emulator.url, app, segment)))
      return { jobs, inTheEnd: compared(inTheEnd.flat()) }
    }

    const property = fc.asyncProperty(files, fc.array(someId, { maxLength: 3 }), async (files, ids) => {
      const contents = files.map(({ lines, fails }, index): [string, string] => {
        const text = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
        return [`${index}${fails ? '-failing' : ''}.json`, text]
      })
      const bucket = await fill(Object.fromEntries(contents))
      const placed = contents.map(([key], index) => {
        return { url: `s3://${bucket}/${key}`, deleted: files[index]!.deleted }
      })
      const known = ids.map(Id => ({ Id, ChannelType: 'EMAIL', Address: Id, User: { UserId: 'u1' } }))
      const [atOnce, oneByOne] = await Promise.all(emulators.map(emulator => runAll(emulator, placed, known)))
      assert.deepEqual(atOnce, oneByOne)
    })
    await holds(t, property, 25)
  },
)
