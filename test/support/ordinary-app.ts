import { randomUUID } from 'node:crypto'
import type { PinpointClient } from '@aws-sdk/client-pinpoint'
import type { prepareCampaigns } from './campaigns.ts'
import { createApp, createImportJob, waitForJob } from './helpers.ts'
import { journeyOf } from './journeys.ts'
import { channelSettings } from './sending.ts'

/** A name as people give them. */
const name = 'Loyalty programme of Europe'

/**
 * Creates an application whose names, ids and addresses are as long as they usually are: sentences,
 * UUIDs, names of people. There is something in each of its lists.
 *
 * @returns its id, and that of an import job of the object `s3Url`
 */
export async function createOrdinaryApp(
  client: PinpointClient,
  ok: Awaited<ReturnType<typeof prepareCampaigns>>['ok'],
  s3Url: string,
) {
  const app = await createApp(client, name)
  const at = `/v1/apps/${app}`
  await ok('PUT', `${at}/channels/email`, { ...channelSettings.EMAIL, Enabled: true })
  const [id, unknown] = [randomUUID(), randomUUID()]
  await ok('PUT', `${at}/endpoints/${id}`, {
    ChannelType: 'EMAIL',
    Address: 'firstname.lastname@example.com',
    User: { UserId: randomUUID() },
  })
  const mail = { Subject: { Data: `What is new in the ${name}` }, TextPart: { Data: 'Hello' } }
  const MessageConfiguration = { EmailMessage: { SimpleEmail: mail } }
  for (const to of [id, unknown]) {
    await ok('POST', `${at}/messages`, { Endpoints: { [to]: {} }, MessageConfiguration })
  }
  const job = await createImportJob(client, app, { S3Url: s3Url })
  await waitForJob(client, job)
  const { Id: SegmentId } = await ok('POST', `${at}/segments`, { Name: `All of the ${name}` })
  await ok('POST', `${at}/campaigns`, {
    Name: `Spring in the ${name}`,
    SegmentId,
    MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
    Schedule: { StartTime: '2999-01-01T00:00:00Z', Frequency: 'DAILY' },
  })
  await ok(
    'POST',
    `${at}/journeys`,
    journeyOf(SegmentId, { State: 'DRAFT', Name: 'welcome-new-customers-of-spring-2027' }),
  )
  await ok('POST', '/v1/templates/order-confirmation-with-invoice/email', { Subject: name })
  return { app, job: job.Id! }
}
