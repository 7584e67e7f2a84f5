import t from 'tap'
import { eventOfRecord } from '../../server/delivery/events/event-source.ts'
import { writeMessages } from '../../server/delivery/write-messages.ts'
import { openStore } from '../../server/store/open-store.ts'
import { type DispatchedEvent, dispatchEvents } from '../../server/worker/event-listeners.ts'
import { makeFolder } from '../support/buckets.ts'
import { matchEach } from '../support/items.ts'
import { storeApp } from '../support/stored-app.ts'

t.test('events wait for listeners while one listens, and are looked at once, oldest first', async t => {
  const store = openStore(makeFolder(t), { thread: 'worker' })
  t.teardown(() => store.close())
  const app = await storeApp(store)
  let listens = false
  store.eventListening.campaigns = () => listens
  const record = (type: string, isSilent = false) =>
    store.write(() =>
      store.eventRecords.append(app, [
        {
          ...eventOfRecord({
            event_type: type,
            event_timestamp: 1,
            arrival_timestamp: 7,
            event_version: '3.1' as const,
            application: { app_id: 'shop', sdk: {} },
            client: { client_id: 'e1' },
            device: {},
            session: {},
            attributes: { a: 'b', none: null },
            metrics: { m: 1 },
            awsAccountId: '1',
          }),
          endpoint: 'e1',
          isReported: true,
          isSilent,
        },
      ]),
    )
  const { dueRows } = store.eventRecords
  await record('before')
  t.equal(dueRows.nextDue(), undefined, 'nobody listens')
  listens = true
  for (const type of ['one', 'two']) await record(type)
  await record('silent', true)
  t.equal(dueRows.nextDue(), 7)
  t.equal(dueRows.pending(), 2)
  const dispatched: DispatchedEvent[] = []
  dispatchEvents(store, [events => void dispatched.push(...events)], new Date(7))
  matchEach(t, dispatched, [
    { id: 2, app, endpoint: 'e1', source: 'ENDPOINT', facts: { EventType: 'one' } },
    { id: 3, facts: { EventType: 'two' } },
  ])
  t.strictSame(dispatched[0]?.facts, { EventType: 'one', Attributes: { a: 'b' }, Metrics: { m: 1 } })
  t.equal(dueRows.nextDue(), undefined)
})

t.test('events of a listener that fails wait for the next time', async t => {
  const store = openStore(makeFolder(t), { thread: 'worker' })
  t.teardown(() => store.close())
  store.eventListening.campaigns = () => true
  const app = await storeApp(store)
  await store.write(() =>
    store.eventRecords.append(app, [
      eventOfRecord({
        event_type: 'one',
        event_timestamp: 1,
        arrival_timestamp: 7,
        event_version: '3.1',
        application: { app_id: 'shop', sdk: {} },
        client: { client_id: 'e1' },
        device: {},
        session: {},
        attributes: {},
        metrics: {},
        awsAccountId: '1',
      }),
    ]),
  )
  const fail = () => {
    throw new Error('no room')
  }
  t.throws(() => dispatchEvents(store, [fail], new Date(7)), { message: 'no room' })
  t.equal(store.eventRecords.dueRows.pending(), 1)
  await store.write(() => store.apps.delete('shop'))
  dispatchEvents(store, [fail], new Date(7))
  t.equal(store.eventRecords.dueRows.pending(), 0, 'those of a deleted application are passed over')
})

t.test('events that wait outlive the messages that the outbox keeps', async t => {
  const store = openStore(makeFolder(t), { thread: 'worker', outboxLimit: 1 })
  t.teardown(() => store.close())
  store.eventListening.campaigns = () => true
  const app = await storeApp(store)
  const time = '2027-03-01T09:00:00.000Z'
  const record = { time, status: 'SUCCESSFUL', statusCode: 200, statusMessage: '', channel: 'SMS' } as const
  const sent = ['+15550001111', '+15550002222', '+15550003333'].map(address => ({
    record: { ...record, address },
  }))
  const ids = await store.write(() => writeMessages(store, app, sent))
  const { found } = store.messages.step({}, { limit: 10, before: Number.MAX_SAFE_INTEGER, after: 0 })
  t.equal(found.length, 1)
  const dispatched: DispatchedEvent[] = []
  dispatchEvents(store, [events => void dispatched.push(...events)], new Date(time))
  t.strictSame(
    dispatched.map(({ id, facts }) => [id, facts.EventType]),
    ids.flatMap((_, index) => [
      [2 * index + 1, '_SMS.BUFFERED'],
      [2 * index + 2, '_SMS.SUCCESS'],
    ]),
  )
})
