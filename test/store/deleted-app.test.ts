import {
  CreateCampaignCommand,
  CreateJourneyCommand,
  CreateSegmentCommand,
  DeleteAppCommand,
  DeleteEndpointCommand,
  GetCampaignActivitiesCommand,
  GetJourneyExecutionActivityMetricsCommand,
  type PinpointClient,
  PutEventStreamCommand,
  SendMessagesCommand,
  SendOTPMessageCommand,
  TagResourceCommand,
  UpdateApplicationSettingsCommand,
  UpdateEmailChannelCommand,
  UpdateEndpointCommand,
  UpdateSmsChannelCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { openStore } from '../../server/store/open-store.ts'
import { makeBuckets, makeFolder, putAll } from '../support/buckets.ts'
import { controlOf, jobsOf } from '../support/control.ts'
import { countRows, foreignKeysIn, tablesIn } from '../support/database.ts'
import { csvOf } from '../support/endpoint-files.ts'
import {
  createApp,
  createImportJob,
  roleArn,
  runExport,
  runImport,
  startEmulator,
  until,
} from '../support/helpers.ts'
import { defineSegment } from '../support/reads.ts'

/** Tables of which no row belongs to an application. */
const ofEmulator = [
  ...['clock', 'deleted_templates', 'faults', 'job_control', 'opt_outs', 'outbox', 'phone_numbers'],
  ...['recommenders', 'smtp_relay'],
]

t.test('no table holds a row of an application that was deleted', async t => {
  const dataDir = makeFolder(t)
  const buckets = makeBuckets(t)
  await putAll(buckets, 'data', {
    'some.csv': `${csvOf('e1', 'e2')}bad,EMAIL,\n`,
    'users.csv': 'User.UserId\nann',
    'ann.csv': 'Id,ChannelType,Address,User.UserId,Attributes.plan\nann-1,EMAIL,ann@example.com,ann,pro',
  })
  const { client, url } = await startEmulator(t, { ...buckets.env, DATA_DIR: dataDir })
  const ApplicationId = await createApp(client)

  const ResourceArn = `arn:aws:mobiletargeting:us-east-1:123456789012:apps/${ApplicationId}`
  await client.send(new TagResourceCommand({ ResourceArn, TagsModel: { tags: { team: 'red' } } }))
  await client.send(
    new UpdateApplicationSettingsCommand({
      ApplicationId,
      WriteApplicationSettingsRequest: { Limits: { Daily: 1 } },
    }),
  )
  const DestinationStreamArn = 'arn:aws:kinesis:us-east-1:123456789012:stream/s'
  await client.send(
    new PutEventStreamCommand({
      ApplicationId,
      WriteEventStream: { DestinationStreamArn, RoleArn: roleArn },
    }),
  )
  await client.send(new UpdateSmsChannelCommand({ ApplicationId, SMSChannelRequest: {} }))
  await client.send(
    new UpdateEmailChannelCommand({
      ApplicationId,
      EmailChannelRequest: { FromAddress: 'shop@example.com', Identity: 'example.com' },
    }),
  )
  await client.send(
    new SendOTPMessageCommand({
      ApplicationId,
      SendOTPMessageRequestParameters: {
        Channel: 'SMS',
        BrandName: 'Shop',
        ReferenceId: 'r',
        DestinationIdentity: '+15551234567',
        OriginationIdentity: 'Shop',
      },
    }),
  )
  await client.send(
    new SendMessagesCommand({
      ApplicationId,
      MessageRequest: {
        Addresses: {
          '+15551234567': { ChannelType: 'SMS' },
          'ann@example.com': { ChannelType: 'EMAIL' },
        },
        MessageConfiguration: {
          DefaultMessage: { Body: 'Hi' },
          EmailMessage: { Body: 'long'.repeat(10_000) },
        },
      },
    }),
  )
  const [email] = (await controlOf(url)('GET', '/_pinpoint/messages')).body.items
  await controlOf(url)('POST', `/_pinpoint/messages/${email.id}/events`, { eventType: '_email.open' })
  await client.send(
    new CreateSegmentCommand({ ApplicationId, WriteSegmentRequest: { Name: 'all', tags: { team: 'blue' } } }),
  )
  await runCampaigns(client, ApplicationId)
  await runJourney(client, ApplicationId)
  await defineSegment(t, client, ApplicationId, 's3://data/ann.csv')
  await defineSegment(t, client, ApplicationId, 's3://data/users.csv')
  await defineSegment(t, client, ApplicationId, 's3://data/some.csv')
  await runImport(client, ApplicationId, {
    S3Url: 's3://data/ann.csv',
    DefineSegment: true,
    RegisterEndpoints: false,
  })
  await client.send(new DeleteEndpointCommand({ ApplicationId, EndpointId: 'ann-1' }))
  await runExport(client, ApplicationId)
  // One that has overwritten endpoints, and is not over.
  const { control, advance } = jobsOf(url)
  await control({ mode: 'manual' })
  await advance(await createImportJob(client, ApplicationId, { S3Url: 's3://data/some.csv' }), 'PROCESSING')

  const rows = countRows(dataDir)
  const empty = tablesIn(dataDir).filter(table => !ofEmulator.includes(table) && !(table in rows))
  t.strictSame(empty, [], 'every table has rows before; fill a new one here')

  await client.send(new DeleteAppCommand({ ApplicationId }))
  const left = () => Object.keys(countRows(dataDir)).filter(table => !ofEmulator.includes(table))
  await until(() => left().length === 0 || undefined, 'all rows to be purged').catch(() => {})
  t.strictSame(left(), [], 'all rows are purged: a table of an application needs REFERENCES apps (seq)')
})

/** Runs a campaign to its end, and another by local time until it waits for the last zone of all. */
async function runCampaigns(client: PinpointClient, ApplicationId: string): Promise<void> {
  await client.send(
    new UpdateEndpointCommand({
      ApplicationId,
      EndpointId: 'zoned',
      EndpointRequest: {
        ChannelType: 'SMS',
        Address: '+15551230000',
        User: { UserId: 'zoe' },
        Demographic: { Timezone: 'Pacific/Pago_Pago' },
      },
    }),
  )
  const { SegmentResponse } = await client.send(
    new CreateSegmentCommand({ ApplicationId, WriteSegmentRequest: {} }),
  )
  const soon = new Date(Date.now() + 3_600_000).toISOString()
  for (const Schedule of [{ StartTime: 'IMMEDIATE' }, { StartTime: soon, IsLocalTime: true }]) {
    const { CampaignResponse } = await client.send(
      new CreateCampaignCommand({
        ApplicationId,
        WriteCampaignRequest: {
          SegmentId: SegmentResponse!.Id!,
          Schedule,
          Limits: { MessagesPerSecond: 1000 },
          MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
        },
      }),
    )
    const ids = { ApplicationId, CampaignId: CampaignResponse!.Id! }
    await until(async () => {
      const { ActivitiesResponse } = await client.send(new GetCampaignActivitiesCommand(ids))
      const State = ActivitiesResponse!.Item![0]?.State
      return State === (Schedule.IsLocalTime ? 'INITIALIZING' : 'COMPLETED') || undefined
    }, 'the campaign')
  }
}

/** Runs a journey until somebody waits in it. */
async function runJourney(client: PinpointClient, ApplicationId: string): Promise<void> {
  const { SegmentResponse } = await client.send(
    new CreateSegmentCommand({ ApplicationId, WriteSegmentRequest: {} }),
  )
  const { JourneyResponse } = await client.send(
    new CreateJourneyCommand({
      ApplicationId,
      WriteJourneyRequest: {
        Name: 'waits',
        State: 'ACTIVE',
        StartActivity: 'wait',
        StartCondition: { SegmentStartCondition: { SegmentId: SegmentResponse!.Id! } },
        Activities: { wait: { Wait: { WaitTime: { WaitFor: 'P1D' } } } },
      },
    }),
  )
  const ids = { ApplicationId, JourneyId: JourneyResponse!.Id! }
  await until(async () => {
    const { JourneyExecutionActivityMetricsResponse } = await client.send(
      new GetJourneyExecutionActivityMetricsCommand({ ...ids, JourneyActivityId: 'wait' }),
    )
    return JourneyExecutionActivityMetricsResponse!.Metrics!.WAIT_STARTED
  }, 'the journey')
}

t.test('rows that refer to a purged row are found by an index', async t => {
  const dataDir = makeFolder(t)
  openStore(dataDir).close()
  for (const { table, columns, namesColumns, plan } of foreignKeysIn(dataDir)) {
    t.ok(namesColumns, `the foreign key ${table} (${columns}) says to which columns`)
    t.notMatch(plan, /SCAN/, `${table} (${columns}): ${plan}`)
  }
})
