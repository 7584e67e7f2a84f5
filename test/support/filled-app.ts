import type { PinpointClient } from '@aws-sdk/client-pinpoint'
import type { Test } from 'tap'
import { csvOf } from './endpoint-files.ts'
import { createApp, runImport } from './helpers.ts'
import { getEndpoint, getSegment, putEndpoint } from './reads.ts'

/** An application with three endpoints of one user and a segment, none of which a failed job may change. */
export async function createFilledApp(t: Test, client: PinpointClient, S3Url: string) {
  const app = await createApp(client)
  const user = { UserId: 'user', UserAttributes: { team: ['red'] } }
  const kept = { Attributes: { plan: ['free'] }, Metrics: { visits: 1 } }
  await putEndpoint(client, app, 'changed', {
    ChannelType: 'EMAIL',
    Address: 'a@example.com',
    User: user,
    ...kept,
  })
  await putEndpoint(client, app, 'sibling', { ChannelType: 'SMS', Address: '+15555550100', User: user })
  await putEndpoint(client, app, 'same-address', { ChannelType: 'EMAIL', Address: 'new@example.com' })
  const { Definition, JobStatus } = await runImport(client, app, {
    S3Url,
    DefineSegment: true,
    SegmentName: 'Old',
  })
  t.equal(JobStatus, 'COMPLETED')
  const SegmentId = Definition!.SegmentId!
  const look = async () => ({
    endpoints: await Promise.all(
      ['changed', 'sibling', 'same-address', 'member', 'created'].map(id => getEndpoint(client, app, id)),
    ),
    segment: await getSegment(client, app, SegmentId),
  })
  return { app, SegmentId, look }
}

/** The file that filled an application, and one of records that would change and create endpoints. */
export const base = csvOf('member')
export const good = [
  'Id,ChannelType,Address,Attributes.plan,Metrics.visits,User.UserAttributes.team',
  'changed,,moved@example.com,pro,2,blue',
  'created,EMAIL,new@example.com,,,',
  'member,SMS,+15555550199,pro,,',
  '',
].join('\n')
