import {
  GetSegmentVersionCommand,
  GetSegmentVersionsCommand,
  type PinpointClient,
  type SegmentResponse,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { csvOf, ndjsonOf } from '../support/endpoint-files.ts'
import { createApp, runImport, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { getSegment } from '../support/reads.ts'

const getVersion = (client: PinpointClient, ApplicationId: string, SegmentId: string, Version: string) =>
  client
    .send(new GetSegmentVersionCommand({ ApplicationId, SegmentId, Version }))
    .then(({ SegmentResponse }) => SegmentResponse!)

const listVersions = (client: PinpointClient, ApplicationId: string, SegmentId: string, page: object = {}) =>
  client
    .send(new GetSegmentVersionsCommand({ ApplicationId, SegmentId, ...page }))
    .then(({ SegmentsResponse }) => SegmentsResponse!)

t.test('each import into a segment makes a version, and every version stays as it was made', async t => {
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', {
    'one.csv': csvOf('e1', 'e2', 'e3'),
    'two.json': ndjsonOf('e3'),
    'three.csv': csvOf('e4', 'e5'),
  })
  const { client } = await startEmulator(t, buckets.env)
  const app = await createApp(client)
  const one = { S3Url: 's3://data/one.csv', DefineSegment: true, SegmentName: 'First' }
  const SegmentId = (await runImport(client, app, one)).Definition!.SegmentId!
  const versions: SegmentResponse[] = [(await getSegment(client, app, SegmentId))!]
  for (const request of [
    { S3Url: 's3://data/two.json', Format: 'JSON', SegmentId },
    { S3Url: 's3://data/three.csv', SegmentId, SegmentName: 'Third' },
  ] as const) {
    await runImport(client, app, request)
    versions.unshift((await getSegment(client, app, SegmentId))!)
  }
  const failed = await runImport(client, app, { S3Url: 's3://data/missing.csv', SegmentId })
  t.equal(failed.JobStatus, 'FAILED')

  t.strictSame(await listVersions(client, app, SegmentId), { Item: versions }, 'a FAILED import makes none')
  matchEach(t, versions, [
    { Version: 3, Name: 'Third', ImportDefinition: { Size: 2, S3Url: 's3://data/three.csv' } },
    { Version: 2, Name: 'First', ImportDefinition: { Size: 1, Format: 'JSON' } },
    { Version: 1, Name: 'First', ImportDefinition: { Size: 3, ChannelCounts: { EMAIL: 3 } } },
  ])
  for (const version of versions) {
    t.strictSame(await getVersion(client, app, SegmentId, String(version.Version)), version)
  }
  await t.rejects(getVersion(client, app, SegmentId, '4'), {
    name: 'NotFoundException',
    message: 'Segment version not found: 4',
  })
  await t.rejects(getVersion(client, app, SegmentId, 'latest'), { name: 'BadRequestException' })

  const first = await listVersions(client, app, SegmentId, { PageSize: '2' })
  t.strictSame(first.Item, versions.slice(0, 2))
  const second = await listVersions(client, app, SegmentId, { PageSize: '2', Token: first.NextToken })
  t.strictSame(second, { Item: versions.slice(2) })
})
