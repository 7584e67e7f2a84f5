import { DeleteAppCommand, type EndpointRequest, type PinpointClient } from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { createApp, runImport, startEmulator, until } from '../support/helpers.ts'
import { getEndpoint, putEndpoint } from '../support/reads.ts'
import { rowsIn } from '../support/rows.ts'

const makes = ['Acme', 'Bolt', 'Core']

/** Endpoints of which all are in one place, and each third has the same device, as an export of a real shop may say. */
const endpoints = Array.from({ length: 150 }, (_, number): EndpointRequest & { Id: string } => ({
  ...{ Id: `e${number}`, ChannelType: 'EMAIL', Address: `e${number}@example.com` },
  Location: { Country: 'GB', City: 'London', Latitude: 51.5, Longitude: -0.1 },
  Demographic: { Make: makes[number % 3], Model: 'model one', Platform: 'android' },
}))
const without = ({ Id: _, ...endpoint }: (typeof endpoints)[number]): EndpointRequest => endpoint

const near = (Latitude: number, Longitude: number) => ({
  Location: { GPSPoint: { Coordinates: { Latitude, Longitude }, RangeInKilometers: 50 } },
})
const inCountry = (...Values: string[]) => ({ Location: { Country: { DimensionType: 'INCLUSIVE', Values } } })
const ofMake = (...Values: string[]) => ({ Demographic: { Make: { DimensionType: 'INCLUSIVE', Values } } })
const dimensions = [
  near(51.4, -0.2),
  near(48, 11),
  inCountry('GB'),
  inCountry('DE'),
  ofMake('Bolt'),
  ofMake('X'),
]

async function start(t: Test) {
  const buckets = makeBuckets(t)
  const json = (of: object[]) => of.map(endpoint => `${JSON.stringify(endpoint)}\n`).join('')
  await buckets.put('data', 'all.json', json(endpoints))
  const DATA_DIR = makeFolder(t)
  const { client, url } = await startEmulator(t, { ...buckets.env, DATA_DIR })
  /** Who is in a segment of each kind, made now. */
  const membersOfEach = (app: string) =>
    Promise.all(
      dimensions.map(async Dimensions => {
        const body = JSON.stringify({ Name: 'dimensional', Dimensions })
        const created = await fetch(`${url}/v1/apps/${app}/segments`, { method: 'POST', body })
        const { Id } = (await created.json()) as { Id: string }
        const list = await fetch(`${url}/_pinpoint/apps/${app}/segments/${Id}/endpoints?page-size=1000`)
        return ((await list.json()) as { items: { Id: string }[] }).items.map(item => item.Id).sort()
      }),
    )
  return { client, membersOfEach, maps: () => rowsIn(DATA_DIR).endpoint_maps }
}

const say = async (client: PinpointClient, app: string, id: string) => {
  const { Location, Demographic } = (await getEndpoint(client, app, id))!
  return { Location, Demographic }
}

t.test(
  'locations and demographics that are kept once for many endpoints are what each of them says',
  async t => {
    const { client, membersOfEach, maps } = await start(t)
    const imported = await createApp(client)
    const put = await createApp(client)
    const all = { S3Url: 's3://data/all.json', Format: 'JSON' } as const
    await runImport(client, imported, all)
    for (const endpoint of endpoints) await putEndpoint(client, put, endpoint.Id, without(endpoint))
    t.equal(maps(), 1 + makes.length)
    const isSame = async (what: string) => {
      t.strictSame(
        await membersOfEach(imported),
        await membersOfEach(put),
        `${what}: the same are in segments`,
      )
      for (const { Id } of [0, 1, 2, 77, 149].map(number => endpoints[number]!)) {
        t.strictSame(
          await say(client, imported, Id),
          await say(client, put, Id),
          `${what}: ${Id} says the same`,
        )
      }
    }
    t.strictSame(
      (await membersOfEach(imported)).map(ids => ids.length),
      [150, 0, 150, 0, 50, 0],
    )
    await isSame('imported')
    for (const app of [imported, put]) {
      await putEndpoint(client, app, 'e0', { Location: { Country: 'DE' } })
      await putEndpoint(client, app, 'e1', { Demographic: { Make: 'X' } })
      await putEndpoint(client, app, 'e2', { Address: 'elsewhere@example.com' })
    }
    await isSame('changed')
    await runImport(client, imported, all)
    for (const endpoint of endpoints) await putEndpoint(client, put, endpoint.Id, without(endpoint))
    await isSame('imported again')

    await client.send(new DeleteAppCommand({ ApplicationId: imported }))
    await until(
      () => (maps() === undefined ? true : undefined),
      'what nobody has any more to be cleared away',
    )
    t.match(await say(client, put, 'e77'), { Location: endpoints[77]!.Location })
  },
)
