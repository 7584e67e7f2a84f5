import { type PinpointClient, RemoveAttributesCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets } from '../buckets.ts'
import { createApp, createImportJob, startEmulator, waitForJob } from '../helpers.ts'
import { getEndpoint, putEndpoint, untilProcessed } from './reads.ts'

const remove = (client: PinpointClient, ApplicationId: string, ...Blacklist: string[]) =>
  client
    .send(
      new RemoveAttributesCommand({
        ApplicationId,
        AttributeType: 'endpoint-custom-attributes',
        UpdateAttributesRequest: { Blacklist },
      }),
    )
    .then(({ AttributesResource }) => AttributesResource!)

t.test('an import that is under way brings a new name as soon as there is room for it', async t => {
  const count = 30_000
  const lines = Array.from({ length: count }, (_, index) => `e${index},EMAIL,e${index}@example.com,x`)
  const buckets = makeBuckets(t)
  await buckets.put('data', 'users.csv', ['Id,ChannelType,Address,Attributes.new', ...lines].join('\n'))
  // One piece, as a piece in which no record can be imported makes the job FAILED.
  const { client } = await startEmulator(t, { ...buckets.env, PIECE_BYTES: '100000000' })
  const app = await createApp(client)
  const Attributes = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`n${index}`, ['x']]))
  await putEndpoint(client, app, 'full', { ChannelType: 'EMAIL', Address: 'full', Attributes })

  const job = await createImportJob(client, app, { S3Url: 's3://data/users.csv' })
  await untilProcessed(client, job, 1)
  t.strictSame(await remove(client, app, 'n24?', 'n7'), {
    ApplicationId: app,
    AttributeType: 'endpoint-custom-attributes',
    Attributes: ['n240', 'n241', 'n242', 'n243', 'n244', 'n245', 'n246', 'n247', 'n248', 'n249', 'n7'],
  })

  const { JobStatus, TotalProcessed, TotalFailures, Failures } = await waitForJob(client, job)
  t.match({ JobStatus, TotalProcessed }, { JobStatus: 'COMPLETED', TotalProcessed: count })
  t.ok(TotalFailures! > 0 && TotalFailures! < count, `${TotalFailures} records came before there was room`)
  t.match(Failures?.[0], /^users\.csv line 2: Too many custom attributes/)
  t.equal(await getEndpoint(client, app, 'e0'), undefined)
  t.match(await getEndpoint(client, app, `e${count - 1}`), { Attributes: { new: ['x'] } })
  t.strictSame((await getEndpoint(client, app, 'full'))?.Attributes, Attributes, 'values stay')
  t.strictSame((await remove(client, app, 'new')).Attributes, ['new'])
})
