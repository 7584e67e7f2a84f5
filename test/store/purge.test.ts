import t, { type Test } from 'tap'
import { openStore } from '../../server/store/open-store.ts'
import { makeFolder } from '../support/buckets.ts'
import { campaignOf } from '../support/campaigns.ts'
import { countRows, storedEndpoints } from '../support/database.ts'
import { buildTestApp } from '../support/helpers.ts'

/** Applications without a worker, so that a test purges step by step. */
async function withApps(t: Test, ...names: string[]) {
  const dataDir = makeFolder(t)
  const store = openStore(dataDir)
  const { call, createApp } = buildTestApp(t, { store })
  const apps: string[] = []
  for (const Name of names) apps.push((await createApp({ Name })).Id)
  return {
    call,
    store,
    apps,
    /** Gives an application endpoints of these ids, in this order. */
    async put(app: string, ids: string[]) {
      for (let from = 0; from < ids.length; from += 100) {
        const Item = ids.slice(from, from + 100).map(Id => ({
          Id,
          ChannelType: 'EMAIL',
          Address: `${Id}@example.com`,
          Attributes: { plan: ['pro'] },
        }))
        t.equal((await call('PUT', `/v1/apps/${app}/endpoints`, { Item })).status, 202)
      }
    },
    async createSegment(app: string) {
      const Dimensions = { Attributes: { plan: { Values: ['pro'] } } }
      t.equal((await call('POST', `/v1/apps/${app}/segments`, { Dimensions })).status, 201)
    },
    dataDir,
  }
}

/** Ids whose order is the reverse of that in which they are put. */
const descending = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(count - index).padStart(3, '0')}`)

t.test('a step of the purge removes 100 endpoints at the most, those that were created first', async t => {
  const { call, store, apps, put, dataDir } = await withApps(t, 'doomed', 'other')
  const [doomed, other] = apps as [string, string]
  const [first, kept, last] = [descending(150, 'a'), descending(20, 'k'), descending(100, 'z')]
  await put(doomed, first)
  await put(other, kept)
  await put(doomed, last)
  await call('DELETE', `/v1/apps/${doomed}`)
  const seen: string[][] = []
  while (store.purge(700)) {
    const left = storedEndpoints(dataDir)
    if (left.length !== seen.at(-1)?.length) seen.push(left)
  }
  t.strictSame(seen, [[...first.slice(100), ...kept, ...last], [...kept, ...last.slice(50)], kept])
})

t.test('applications that are deleted while another is purged leave nothing behind either', async t => {
  const { call, store, apps, put, createSegment, dataDir } = await withApps(t, 'one', 'two', 'three', 'stays')
  for (const app of apps) {
    await put(app, descending(120, 'e'))
    await createSegment(app)
    await call('PUT', `/v1/apps/${app}/channels/sms`, {})
  }
  for (const app of [apps[1], apps[0], apps[2]]) {
    await call('DELETE', `/v1/apps/${app}`)
    store.purge(100)
    store.purge(100)
    store.purge(100)
  }
  while (store.purge(500));
  const left = {
    apps: 1,
    endpoints: 120,
    endpoint_ids: 120,
    endpoint_addresses: 120,
    endpoint_counts: 1,
    documents: 1,
    document_versions: 1,
    attribute_names: 1,
    channels: 1,
  }
  t.strictSame(countRows(dataDir), left)
})

t.test('a step of the purge checks one deleted template, and removes some of its versions', async t => {
  const { call, store, apps, dataDir } = await withApps(t, 'shop')
  const url = `/v1/apps/${apps[0]}`
  const { Id: SegmentId } = (await call('POST', `${url}/segments`, {})).body
  const create = async (Name: string) => {
    await call('POST', `/v1/templates/${Name}/sms`, { Body: '1' })
    await call('PUT', `/v1/templates/${Name}/sms?create-new-version=true`, { Body: '2' })
    const { body } = await call(
      'POST',
      `${url}/campaigns`,
      campaignOf(SegmentId, {
        MessageConfiguration: {},
        TemplateConfiguration: { SMSTemplate: { Name } },
      }),
    )
    await call('DELETE', `/v1/templates/${Name}/sms`)
    return body.Id
  }
  const campaigns = [await create('a'), await create('b'), await create('c')]
  /** How many versions are left after each step that has removed any. */
  const purge = (limit: number) => {
    const seen = [countRows(dataDir).deleted_templates ?? 0]
    while (store.purge(limit)) {
      const left = countRows(dataDir).deleted_templates ?? 0
      if (left !== seen.at(-1)) seen.push(left)
    }
    return seen
  }
  t.strictSame(purge(500), [6])
  for (const id of [campaigns[0], campaigns[2]]) await call('DELETE', `${url}/campaigns/${id}`)
  t.strictSame(purge(1), [6, 5, 4, 3, 2])
  await call('DELETE', `${url}/campaigns/${campaigns[1]}`)
  t.strictSame(purge(500), [2, 0])
})
