import t, { type Test } from 'tap'
import { eventOfRecord } from '../../../server/delivery/events/event-source.ts'
import { recordEvents, writeMessages } from '../../../server/delivery/write-messages.ts'
import { openStore } from '../../../server/store/open-store.ts'
import { makeFolder } from '../../support/buckets.ts'
import { storeApp } from '../../support/stored-app.ts'

const time = '2027-03-01T09:00:00.000Z'

/** Two applications, in a store that keeps two messages. */
async function prepare(t: Test) {
  const store = openStore(makeFolder(t), { outboxLimit: 2 })
  t.teardown(() => store.close())
  const shop = await storeApp(store)
  const other = await storeApp(store, 'other')
  return {
    store,
    shop,
    other,
    /** Sends an SMS message, which has two events. */
    send: (app = shop) =>
      store.write(() =>
        writeMessages(store, app, [
          {
            record: {
              time,
              status: 'SUCCESSFUL',
              statusCode: 200,
              statusMessage: '',
              channel: 'SMS',
              address: '+15551234567',
            },
          },
        ]),
      ),
    /** Records an event that is of no message. */
    happen: (app = shop) =>
      store.write(() =>
        recordEvents(store, app, [
          eventOfRecord({
            event_type: 'bought',
            event_timestamp: 1,
            arrival_timestamp: 7,
            event_version: '3.1',
            application: { app_id: app.id, sdk: {} },
            client: { client_id: 'e1' },
            device: {},
            session: {},
            attributes: {},
            metrics: {},
            awsAccountId: '1',
          }),
        ]),
      ),
    after: (id: number, limit = 100) =>
      store.eventRecords.after(shop, id, limit).map(event => `${event.id} ${event.type}`),
  }
}

t.test('events of an application are read in their order, those of messages with the others', async t => {
  const { send, happen, other, after } = await prepare(t)
  await happen()
  await send()
  await send(other)
  await happen(other)
  await happen()
  await send()
  await happen()
  const kept = ['7 bought', '8 _SMS.BUFFERED', '9 _SMS.SUCCESS', '10 bought']
  t.strictSame(after(0), kept, 'the first message is gone, and its events with it')
  t.strictSame(after(8), kept.slice(2))
  t.strictSame(after(0, 2), kept.slice(0, 3), 'a row may have several')
  t.strictSame(after(10), [])
})

t.test('it is known up to which id the limits may have removed events', async t => {
  const { store, send, happen, other } = await prepare(t)
  const { removedUpTo } = store.eventRecords
  for (let index = 0; index < 2; index++) await send()
  await happen()
  t.equal(removedUpTo(), 0)
  await send(other)
  t.equal(removedUpTo(), 2)
  for (let index = 0; index < 4; index++) await happen()
  t.equal(store.eventRecords.last(), 11)
  t.equal(removedUpTo(), 5)
})
