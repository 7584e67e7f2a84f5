import { type PinpointClient, RemoveAttributesCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { createApp, createImportJob, startEmulator, waitForJob } from '../support/helpers.ts'
import { getEndpoint, putEndpoint, untilProcessed } from '../support/reads.ts'
import { startHolding, startS3 } from '../support/s3.ts'

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
  const count = 500
  const lines = Array.from({ length: count }, (_, index) => `e${index},EMAIL,e${index}@example.com,x`)
  const s3 = await startS3(t)
  await s3.put('data', 'users.csv', ['Id,ChannelType,Address,Attributes.new', ...lines].join('\n'))
  const front = await startHolding(t, s3, 'e300,')
  const { client } = await startEmulator(t, front.env)
  const app = await createApp(client)
  const Attributes = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`n${index}`, ['x']]))
  await putEndpoint(client, app, 'full', { ChannelType: 'EMAIL', Address: 'full', Attributes })

  const job = await createImportJob(client, app, { S3Url: 's3://data/users.csv' })
  await untilProcessed(client, job, 300)
  t.strictSame(await remove(client, app, 'n24?', 'n7'), {
    ApplicationId: app,
    AttributeType: 'endpoint-custom-attributes',
    Attributes: ['n240', 'n241', 'n242', 'n243', 'n244', 'n245', 'n246', 'n247', 'n248', 'n249', 'n7'],
  })
  front.letGo()

  const { JobStatus, TotalProcessed, TotalFailures, Failures } = await waitForJob(client, job)
  t.same([JobStatus, TotalProcessed, TotalFailures], ['COMPLETED', count, 300], 'those that came before')
  t.match(Failures?.[0], /^users\.csv line 2: Too many custom attributes/)
  t.equal(await getEndpoint(client, app, 'e0'), undefined)
  t.match(await getEndpoint(client, app, `e${count - 1}`), { Attributes: { new: ['x'] } })
  t.strictSame((await getEndpoint(client, app, 'full'))?.Attributes, Attributes, 'values stay')
  t.strictSame((await remove(client, app, 'new')).Attributes, ['new'])
})
