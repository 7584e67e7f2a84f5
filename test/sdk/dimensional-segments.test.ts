import {
  CreateSegmentCommand,
  DeleteSegmentCommand,
  GetSegmentVersionsCommand,
  UpdateSegmentCommand,
  type WriteSegmentRequest,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { csvOf } from '../support/endpoint-files.ts'
import { createApp, runImport, startEmulator } from '../support/helpers.ts'
import { getSegment } from '../support/reads.ts'

/** An emulator over a file and an application, with the three writes of segments. */
async function withApp(t: Test) {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', { 'one.csv': csvOf('e1', 'e2') })
  const { client } = await startEmulator(t, buckets.env)
  const ApplicationId = await createApp(client)
  const create = async (request: WriteSegmentRequest) => {
    const command = new CreateSegmentCommand({ ApplicationId, WriteSegmentRequest: request })
    return (await client.send(command)).SegmentResponse!
  }
  const update = async (SegmentId: string, request: WriteSegmentRequest) => {
    const command = new UpdateSegmentCommand({ ApplicationId, SegmentId, WriteSegmentRequest: request })
    return (await client.send(command)).SegmentResponse!
  }
  const remove = async (SegmentId: string) =>
    (await client.send(new DeleteSegmentCommand({ ApplicationId, SegmentId }))).SegmentResponse!
  return { client, app: ApplicationId, create, update, remove }
}

t.test('a dimensional segment is created, updated, read in its versions and deleted', async t => {
  const { client, app, create, update, remove } = await withApp(t)
  const Dimensions: WriteSegmentRequest['Dimensions'] = {
    Attributes: { plan: { AttributeType: 'INCLUSIVE', Values: ['pro'] } },
    Demographic: { Channel: { DimensionType: 'INCLUSIVE', Values: ['EMAIL'] } },
    Metrics: { visits: { ComparisonOperator: 'GREATER_THAN', Value: 2.5 } },
  }
  const first = await create({ Name: 'first', Dimensions, tags: { team: 'red' } })
  t.match(first, { Name: 'first', SegmentType: 'DIMENSIONAL', Version: 1, Dimensions, tags: { team: 'red' } })
  t.strictSame(await getSegment(client, app, first.Id!), first)

  const imported = await runImport(client, app, { S3Url: 's3://data/one.csv', DefineSegment: true })
  const SegmentGroups: WriteSegmentRequest['SegmentGroups'] = {
    Groups: [
      { SourceSegments: [{ Id: imported.Id, Version: 1 }], Dimensions: [Dimensions], Type: 'ANY' },
      { Dimensions: [{}], SourceType: 'NONE' },
    ],
    Include: 'ALL',
  }
  const second = await update(first.Id!, { SegmentGroups })
  t.strictSame(second.SegmentGroups, SegmentGroups)
  t.match(second, { Name: 'first', Version: 2, Dimensions: undefined })
  const versions = new GetSegmentVersionsCommand({ ApplicationId: app, SegmentId: first.Id! })
  t.strictSame((await client.send(versions)).SegmentsResponse, { Item: [second, first] })

  await t.rejects(
    update(first.Id!, { SegmentGroups: { Groups: [{ SourceSegments: [{ Id: first.Id! }] }] } }),
    {
      name: 'BadRequestException',
      message: /must not be the segment itself/,
    },
  )
  t.strictSame(await remove(first.Id!), second)
  t.equal(await getSegment(client, app, first.Id!), undefined)
  await t.rejects(client.send(versions), { name: 'NotFoundException', message: /^Segment not found/ })
})
