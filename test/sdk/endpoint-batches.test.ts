import {
  type EndpointBatchItem,
  type PinpointClient,
  UpdateEndpointsBatchCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { csvOf, numbered } from '../support/endpoint-files.ts'
import { createApp, createImportJob, readJob, startEmulator, waitForJob } from '../support/helpers.ts'
import { getEndpoint, untilProcessed } from '../support/reads.ts'
import { startHolding, startS3 } from '../support/s3.ts'

const putBatch = (client: PinpointClient, ApplicationId: string, Item: EndpointBatchItem[]) =>
  client.send(new UpdateEndpointsBatchCommand({ ApplicationId, EndpointBatchRequest: { Item } }))

t.test('UpdateEndpointsBatch writes endpoints, and names those that it refuses', async t => {
  const { client } = await startEmulator(t)
  const app = await createApp(client)
  const ann: EndpointBatchItem = { Id: 'ann', ChannelType: 'EMAIL', Address: 'ann@example.com' }
  const { MessageBody, $metadata } = await putBatch(client, app, [ann, { Id: 'ben' }])
  t.equal($metadata.httpStatusCode, 202)
  t.strictSame(MessageBody, { RequestID: $metadata.requestId, Message: 'Accepted' })
  t.match(await getEndpoint(client, app, 'ann'), ann)

  await t.rejects(
    putBatch(client, app, [
      { Id: 'ben', OptOut: 'SOME' },
      { Id: 'ann', OptOut: 'ALL' },
    ]),
    {
      name: 'BadRequestException',
      message: 'Written: 1 of 2 items. Refused: Item.0 (Id "ben"): OptOut must be ALL or NONE; got "SOME"',
    },
  )
  t.match(await getEndpoint(client, app, 'ann'), { ...ann, OptOut: 'ALL' })
})

t.test('batches are written while a large import runs, and neither undoes what the other writes', async t => {
  const ids = numbered('e', 6000)
  const s3 = await startS3(t)
  await s3.put('data', 'users.csv', csvOf(...ids))
  // All but the last of its endpoints are imported as fast as they can be.
  const front = await startHolding(t, s3, 'e5990,')
  const { client } = await startEmulator(t, front.env)
  const app = await createApp(client)
  const job = await createImportJob(client, app, { S3Url: 's3://data/users.csv' })
  await untilProcessed(client, job, 1)

  const Attributes = { by: ['batch'] }
  for (let index = 0; index < 5; index++) {
    const own = numbered(`mine-${index}-`, 98)
    // The import has read the first of its endpoints, and comes to the last in the end.
    const items = [...own, `e${index}`, `e${5999 - index}`].map(Id => ({ Id, Attributes }))
    await putBatch(client, app, items)
  }
  t.match(await readJob(client, job), { JobStatus: 'PROCESSING' }, 'the import was still running')
  front.letGo()

  t.match(await waitForJob(client, job), {
    JobStatus: 'COMPLETED',
    TotalProcessed: 6000,
    TotalFailures: 0,
  })
  for (const id of ['e0', 'e4', 'e5995', 'e5999']) {
    t.match(await getEndpoint(client, app, id), { Attributes, Address: `${id}@example.com` }, id)
  }
  t.match(await getEndpoint(client, app, 'mine-4-97'), { Attributes })
})
