import t, { type Test } from 'tap'
import { WriteQueue } from '../../../server/store/database/write-queue.ts'
import { openStore } from '../../../server/store/open-store.ts'
import { makeFolder } from '../../support/buckets.ts'
import { roleArn } from '../../support/helpers.ts'
import { appOf, storeApp } from '../../support/stored-app.ts'

/** A store with an application and an import job in it. */
async function storeWithJob(t: Test) {
  const store = openStore(makeFolder(t))
  t.teardown(() => store.close())
  const definition = { S3Url: 's3://b/k', RoleArn: roleArn, Format: 'CSV' as const, ExternalId: '' }
  const app = await storeApp(store, 'a')
  const request = { app, id: 'j', segmentId: 'j', requestId: 'r', now: '2026-01-01T00:00:00.000Z' }
  await store.write(() =>
    store.importJobs.create({ ...request, definition: { ...definition, SegmentId: 'j' } }),
  )
  return { store, job: store.importProgress.unfinished(0)[0]! }
}

const refusal = { name: 'TypeError', message: /must be synchronous/ }

// What tsc must refuse is marked: where a mark has no error below it, the type check fails.
t.test('a transaction refuses an async function, and writes nothing of it', async t => {
  const { store, job } = await storeWithJob(t)
  const { importProgress: progress } = store
  const writes: [what: string, run: (id: string) => unknown][] = [
    // @ts-expect-error
    ['write', id => store.write(async () => store.apps.create(appOf(id)))],
    // @ts-expect-error
    ['write of a job', id => progress.write(job, async () => store.apps.create(appOf(id)))],
    // @ts-expect-error
    ['writeToDisk', id => progress.writeToDisk(job, async () => store.apps.create(appOf(id)))],
    [
      'writeOn',
      id =>
        progress.writeOn(
          job,
          () => {},
          // @ts-expect-error
          async () => store.apps.create(appOf(id)),
        ),
    ],
    [
      'a function that may return a promise',
      id =>
        // @ts-expect-error
        store.write(() => {
          store.apps.create(appOf(id))
          return id === '' ? 1 : Promise.resolve(1)
        }),
    ],
    [
      'any object with a then',
      id =>
        store.write(() => {
          store.apps.create(appOf(id))
          // biome-ignore lint/suspicious/noThenProperty: that is what makes it one
          return { then() {} } as unknown
        }),
    ],
  ]
  for (const [what, run] of writes) {
    await t.rejects(async () => run(what), refusal, what)
    t.equal(store.apps.find(what), undefined, `${what}: nothing is written`)
    await storeApp(store, `after ${what}`)
    t.ok(store.apps.find(`after ${what}`), `${what}: the next transaction is written`)
  }
})

t.test('a read transaction refuses an async function', async t => {
  const { store } = await storeWithJob(t)
  // @ts-expect-error
  t.throws(() => store.read(async () => store.apps.find('a')), refusal)
  t.match(
    store.read(() => store.apps.find('a')),
    { id: 'a' },
    'and the next one is as ever',
  )
})

t.test('a write that waits for its turn refuses an async function', async t => {
  const writeQueue = new WriteQueue()
  const write = async () => 1
  // @ts-expect-error
  const refused = writeQueue.asCaller(write)
  await t.rejects(refused, refusal)
  t.equal(writeQueue.isCallerWaiting, false)
})
