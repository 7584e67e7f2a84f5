import t, { type Test } from 'tap'
import type { NewOutboxMessage } from '../../../server/model/message.ts'
import { openStore } from '../../../server/store/open-store.ts'
import { makeFolder } from '../../support/buckets.ts'
import { countRows } from '../../support/database.ts'
import { storeApp } from '../../support/stored-app.ts'

const sent = (members: Partial<NewOutboxMessage> = {}): NewOutboxMessage => ({
  time: '2026-01-02T03:04:05.678Z',
  status: 'SUCCESSFUL',
  statusCode: 200,
  statusMessage: '',
  ...members,
})
const all = { limit: 1000, before: Number.MAX_SAFE_INTEGER, after: 0 }

/** A store with an application, shop. */
async function withStore(t: Test, options: { outboxLimit?: number } = {}, dataDir = makeFolder(t)) {
  const store = openStore(dataDir, options)
  t.teardown(() => store.close())
  const app = store.apps.find('shop') ?? (await storeApp(store))
  const append = (...messages: NewOutboxMessage[]) => store.write(() => store.messages.append(app, messages))
  const find = (filters = {}, page = {}) =>
    store.messages.step(filters, { ...all, ...page }).found.map(({ id }) => id)
  return { store, dataDir, app, append, find }
}

t.test('messages get ids that grow, and are read newest first', async t => {
  const { append, find, store } = await withStore(t)
  t.equal(store.messages.last(), 0)
  t.strictSame(await append(sent(), sent({ channel: 'SMS' })), [1, 2])
  t.strictSame(await append(sent()), [3])
  t.strictSame(find(), [3, 2, 1])
  t.strictSame(find({}, { after: 1 }), [3, 2])
  t.strictSame(find({}, { before: 3, limit: 1 }), [2])
  t.strictSame(store.messages.get(2), { id: 2, app: 'shop', ...sent({ channel: 'SMS' }) })
  t.equal(store.messages.get(4), undefined)
})

t.test('each filter finds what matches it, and together what matches all', async t => {
  const { store, append, find } = await withStore(t)
  const one = {
    channel: 'EMAIL',
    address: 'ann@example.com',
    endpoint: 'e1',
    user: 'ann',
    operation: 'SendMessages',
    campaign: 'c',
    journey: 'j',
    status: 'THROTTLED' as const,
  }
  await append(sent({ ...one, template: { name: 'welcome', version: '1' }, subject: 'Über 100% {"off"}\n' }))
  await append(sent({ channel: 'EMAIL', address: 'ben@example.com', html: '<b>100 off_</b>' }))
  const other = await storeApp(store, 'other')
  await store.write(() => store.messages.append(other, [sent({ channel: 'SMS' })]))
  for (const [name, value] of Object.entries({ ...one, template: 'welcome' })) {
    if (name === 'channel') t.strictSame(find({ channel: value }), [2, 1])
    else t.strictSame(find({ [name]: value }), [1], name)
    t.strictSame(find({ [name]: `${value}x` }), [], name)
  }
  t.strictSame(find({ ...one, template: 'welcome', app: 'shop', text: '100%' }), [1])
  t.strictSame(find({ ...one, template: 'welcome', app: 'other' }), [])
  t.strictSame(find({ app: 'other' }), [3])
  t.strictSame(find({ app: 'nowhere' }), [])
  for (const [text, found] of Object.entries({
    über: [],
    'BER 100%': [1],
    '{"off"}\n': [1],
    off_: [2],
    '100': [2, 1],
    EMAIL: [],
    '<B>': [2],
  })) {
    t.strictSame(find({ text }), found, text)
  }
})

t.test('a filter that matches little is read in steps', async t => {
  const { store, append } = await withStore(t)
  await append(sent({ body: 'the first' }), ...Array.from({ length: 2500 }, () => sent({ body: 'other' })))
  const steps: number[] = []
  let before: number | undefined = Number.MAX_SAFE_INTEGER
  while (before !== undefined) {
    const { found, next } = store.messages.step({ text: 'first' }, { ...all, before })
    steps.push(found.length)
    before = next
  }
  t.strictSame(steps, [0, 0, 1])
})

t.test('the only message of an address is found among many, in steps, whatever was deleted', async t => {
  const { store, append } = await withStore(t, { outboxLimit: 60_000 })
  await append(sent({ address: 'gone' }), sent({ address: 'first' }), sent({ address: 'gone' }))
  for (let written = 0; written < 50_000; written += 10_000) {
    await append(...Array.from({ length: 10_000 }, () => sent({ address: 'other' })))
  }
  await store.write(() => store.messages.deleteStep({ address: 'gone' }, { ...all, before: 4 }))
  const find = (filters: object, end: object = {}) => {
    const ids: number[] = []
    let before: number | undefined = Number.MAX_SAFE_INTEGER
    let steps = 0
    for (; before !== undefined; steps++) {
      const { found, next } = store.messages.step(filters, { ...all, before, ...end })
      ids.push(...found.map(({ id }) => id))
      before = next
    }
    return { ids, steps }
  }
  t.strictSame(find({ address: 'first' }), { ids: [2], steps: 3 })
  t.strictSame(find({ address: 'gone' }), { ids: [], steps: 3 })
  t.strictSame(find({ address: 'first' }, { after: 1 }), { ids: [2], steps: 3 })
  t.strictSame(find({ address: 'first' }, { after: 2 }), { ids: [], steps: 3 })
  t.strictSame(find({ address: 'first' }, { after: 40_000 }), { ids: [], steps: 1 })
})

t.test('of more messages than the limit the latest are kept, and the others counted', async t => {
  const { store, append, find, dataDir } = await withStore(t, { outboxLimit: 3 })
  await append(sent(), sent())
  t.equal(store.messages.dropped(), 0)
  await append(sent(), sent())
  t.strictSame(find(), [4, 3, 2])
  await append(...Array.from({ length: 5 }, () => sent()))
  t.strictSame(find(), [9, 8, 7])
  t.equal(store.messages.dropped(), 6)
  await store.write(() => store.messages.delete(8))
  await append(sent())
  t.strictSame(find(), [10, 9, 7], 'what a caller has deleted makes room')
  t.equal(store.messages.dropped(), 6)

  const again = await withStore(t, { outboxLimit: 2 }, dataDir)
  while (again.store.purge(1)) {}
  t.strictSame(again.find(), [10, 9], 'a lower limit at the next start')
  await again.append(sent())
  t.strictSame(again.find(), [11, 10])
  t.equal(again.store.messages.last(), 11)
  t.equal(again.store.messages.dropped(), 8)
})

t.test('messages are deleted one by one, and by filters', async t => {
  const { store, append, find } = await withStore(t)
  await append(sent({ channel: 'SMS' }), sent({ channel: 'EMAIL' }), sent({ channel: 'SMS' }), sent())
  t.equal(await store.write(() => store.messages.delete(4)), true)
  t.equal(await store.write(() => store.messages.delete(4)), false)
  t.equal(await store.write(() => store.messages.deleteStep({ channel: 'SMS' }, all)), undefined)
  t.strictSame(find(), [2])
  await store.write(() => store.messages.deleteStep({}, all))
  t.strictSame(find(), [])
  t.equal(store.messages.last(), 4, 'ids are never used again')
})

t.test(
  'a long text is stored once for messages that follow each other, until the last one is gone',
  async t => {
    const { store, dataDir, append, find } = await withStore(t, { outboxLimit: 4 })
    const html = `<b>Hello</b>${'x'.repeat(20_000)}`
    const contents = () => countRows(dataDir).message_contents ?? 0
    await append(sent({ html, subject: 'one' }), sent({ subject: 'two' }), sent({ html, subject: 'three' }))
    t.equal(contents(), 1)
    t.strictSame(store.messages.get(3), { id: 3, app: 'shop', ...sent({ html, subject: 'three' }) })
    t.strictSame(find({ text: 'hello' }), [3, 1])
    t.strictSame(find({ text: 'THREE' }), [3])
    t.strictSame(find({ text: 'nothing' }), [])
    await append(sent({ html: `${html}y` }), sent({ html, body: html }))
    t.equal(contents(), 3)
    t.strictSame(find(), [5, 4, 3, 2])
    await store.write(() => store.messages.delete(3))
    t.equal(contents(), 2)
    await store.write(() => store.messages.deleteStep({ text: 'hello' }, all))
    t.strictSame(find(), [2])
    t.equal(contents(), 0)
  },
)

t.test('messages of a deleted application are gone at once', async t => {
  const { store, app, append, find } = await withStore(t)
  const [id] = await append(sent())
  await store.write(() => store.apps.delete(app.id))
  t.strictSame(find(), [])
  t.equal(store.messages.get(id!), undefined)
  t.equal(await store.write(() => store.messages.delete(id!)), false)
})

t.test('numbers that opt out are listed, the last one first, once', async t => {
  const { store } = await withStore(t)
  const { optOuts } = store
  await store.write(() => {
    optOuts.add('+15551234567', '2026-01-01T00:00:00.000Z')
    optOuts.add('+15557654321', '2026-01-02T00:00:00.000Z')
    optOuts.add('+15551234567', '2026-01-03T00:00:00.000Z')
  })
  t.strictSame(
    optOuts.list({ limit: 10, before: Number.MAX_SAFE_INTEGER }).map(({ value }) => value),
    [
      { number: '+15557654321', since: '2026-01-02T00:00:00.000Z' },
      { number: '+15551234567', since: '2026-01-01T00:00:00.000Z' },
    ],
  )
  t.equal(optOuts.has('+15551234567'), true)
  t.equal(await store.write(() => optOuts.remove('+15551234567')), true)
  t.equal(await store.write(() => optOuts.remove('+15551234567')), false)
  t.equal(optOuts.has('+15551234567'), false)
})
