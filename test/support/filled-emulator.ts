import type { Test } from 'tap'
import { makeBuckets } from './buckets.ts'
import { prepareCampaigns } from './campaigns.ts'
import { controlOf } from './control.ts'
import { createAppBy, createExportJob, createImportJob, startEmulator, waitForJob } from './helpers.ts'
import { journeyOf } from './journeys.ts'
import { channelSettings } from './sending.ts'

/** A file with a good row, two of the same endpoint, and a row that cannot be imported. */
const users = `Id,ChannelType,Address,User.UserId,Attributes.Plan
e1,EMAIL,ada@example.com,ada,free
e2,SMS,+447700900123,ada,free
e2,SMS,+447700900124,ada,pro
e3,PIGEON,roof,bob,free
`

/** The name of an application, without a place where a line could be broken. */
const longName = `nothing_in_it${'_nor_at_its_end'.repeat(6)}`

/** HTML as nobody should send it: the console must show it, and run and fetch nothing of it. */
const html = `<h1>Hello Ada</h1><p>Your order <b>4711</b> has shipped. <a href="https://example.com">Track it</a></p>
<script>alert(1)</script><img src="https://evil.example/x.png" onerror="alert(2)">`

/**
 * An emulator that holds something of all that the console shows: an application with endpoints of
 * every channel, jobs that are COMPLETED and FAILED, segments of both types, messages of every
 * channel, sent and refused, templates of every kind, a campaign and a journey that have run, fault
 * rules and calls; and a second application that is empty.
 *
 * @returns the emulator, and the ids of what is in it
 */
export async function startFilledEmulator(t: Test, env: Record<string, string> = {}) {
  const buckets = makeBuckets(t)
  await buckets.put('demo', 'users.csv', users)
  const emulator = await startEmulator(t, { ...buckets.env, ...env })
  const { client, url } = emulator
  const control = controlOf(url)
  const campaigns = await prepareCampaigns(control)
  const { app, segment, ok } = campaigns
  const at = `/v1/apps/${app}`
  const { Id: emptyApp } = await createAppBy(control, { Name: longName, tags: { team: 'red' } })

  for (const [platform, settings] of Object.entries(channelSettings)) {
    await ok('PUT', `${at}/channels/${platform.toLowerCase()}`, { ...settings, Enabled: true })
  }
  const importJob = await createImportJob(client, app, {
    S3Url: 's3://demo/users.csv',
    DefineSegment: true,
    SegmentName: 'Imported',
  })
  const failedJob = await createImportJob(client, app, { S3Url: 's3://demo/none.csv' })
  const exportJob = await createExportJob(client, app, { S3UrlPrefix: 's3://demo/out' })
  for (const job of [importJob, failedJob, exportJob]) await waitForJob(client, job)
  const imported = (await ok('GET', `${at}/jobs/import/${importJob.Id}`)).Definition.SegmentId

  await campaigns.endpoints(
    {
      Id: 'mail',
      ChannelType: 'EMAIL',
      Address: 'eve@example.com',
      Attributes: { Plan: ['free'] },
      User: { UserId: 'eve', UserAttributes: { FirstName: ['Eve'], 'Ünïcode "quoted"': ['<b>'] } },
      Location: { Country: 'GB', City: 'London' },
      Metrics: { visits: 12 },
      Demographic: { Make: 'Acme', Timezone: 'Europe/London' },
    },
    { Id: 'phone', ChannelType: 'SMS', Address: '+447700900125', User: { UserId: 'eve' } },
    { Id: 'push', ChannelType: 'GCM', Address: 'token-1', User: { UserId: 'bob' }, OptOut: 'ALL' },
    { Id: 'an id with / and "', ChannelType: 'CUSTOM', Address: 'https://127.0.0.1:9/hook' },
  )
  const dimensions = {
    Attributes: { Plan: { AttributeType: 'INCLUSIVE', Values: ['free'] } },
    Location: { Country: { DimensionType: 'INCLUSIVE', Values: ['GB'] } },
  }
  const { Id: free } = await ok('POST', `${at}/segments`, { Name: 'Free plan', Dimensions: dimensions })
  await ok('PUT', `${at}/segments/${free}`, { Name: 'Free plan in Britain', Dimensions: dimensions })
  const { Id: grouped } = await ok('POST', `${at}/segments`, {
    Name: 'Some of two',
    SegmentGroups: {
      Include: 'ANY',
      Groups: [
        { SourceSegments: [{ Id: imported }], SourceType: 'ANY', Type: 'ANY' },
        { SourceSegments: [{ Id: free }], SourceType: 'ANY', Type: 'NONE', Dimensions: [dimensions] },
      ],
    },
  })

  const templates = {
    email: { Subject: 'Welcome {{User.UserAttributes.FirstName}}', HtmlPart: html, TextPart: 'Hello' },
    sms: { Body: 'Hello {{User.UserAttributes.FirstName}}' },
    push: { Default: { Title: 'Sale', Body: '20 % off', Action: 'OPEN_APP' } },
    voice: { Body: 'Hello' },
    inapp: { Content: [{ HeaderConfig: { Header: 'Hi', Alignment: 'LEFT', TextColor: '#111111' } }] },
  }
  for (const [kind, body] of Object.entries(templates)) await ok('POST', `/v1/templates/hello/${kind}`, body)
  await ok('PUT', '/v1/templates/hello/email?create-new-version=true', {
    Subject: 'Welcome, {{User.UserAttributes.FirstName}}!',
    HtmlPart: '<h1>Hello again</h1>\n<p>Glad you are here.</p>',
  })

  const send = (Addresses: object, MessageConfiguration: object) =>
    ok('POST', `${at}/messages`, { Addresses, MessageConfiguration })
  const mail = { Subject: { Data: 'Your order has shipped' }, TextPart: { Data: 'It has shipped.' } }
  await send(
    { 'ada@example.com': { ChannelType: 'EMAIL' } },
    { EmailMessage: { SimpleEmail: { ...mail, HtmlPart: { Data: html } } } },
  )
  await send({ '+447700900123': { ChannelType: 'SMS' } }, { SMSMessage: { Body: 'Your code is 123456' } })
  await send({ '+447700900123': { ChannelType: 'VOICE' } }, { VoiceMessage: { Body: 'Hello Ada' } })
  for (const name of ['GCM', 'APNS', 'ADM', 'Baidu']) {
    const address = { [`token-${name}`]: { ChannelType: name.toUpperCase() } }
    await send(address, { [`${name}Message`]: { Title: 'Sale', Body: '20 % off' } })
  }
  await ok('POST', `${at}/messages`, {
    Endpoints: { nobody: {} },
    MessageConfiguration: { SMSMessage: { Body: 'Hello?' } },
  })
  await ok('POST', `${at}/otp`, {
    Channel: 'SMS',
    BrandName: 'Shop',
    CodeLength: 6,
    ReferenceId: 'login-1',
    DestinationIdentity: '+447700900123',
    OriginationIdentity: '+18555550142',
  })

  const campaign = await campaigns.create({ Name: 'Spring sale', SegmentId: imported })
  const later = await campaigns.create({
    Name: 'Two treatments',
    Schedule: { StartTime: '2999-01-01T00:00:00Z', Frequency: 'DAILY' },
    HoldoutPercent: 10,
    TreatmentName: 'plain',
    AdditionalTreatments: [
      { SizePercent: 30, TreatmentName: 'loud', MessageConfiguration: { SMSMessage: { Body: 'HI' } } },
    ],
  })
  const { Id: journey } = await ok('POST', `${at}/journeys`, journeyOf(segment))
  const { Id: draft } = await ok(
    'POST',
    `${at}/journeys`,
    journeyOf(segment, { State: 'DRAFT', Name: 'later' }),
  )
  await campaigns.advance({ by: 'P2D' })

  await ok('POST', '/_pinpoint/faults', { operation: 'GetUserEndpoints', error: 'TooManyRequestsException' })
  await ok('POST', '/_pinpoint/faults', {
    job: { s3Url: 's3://other/*' },
    failAt: 'PROCESSING',
    reason: 'no',
  })
  await ok('POST', '/_pinpoint/faults', { message: { channel: 'SMS' }, status: 'THROTTLED', times: 2 })
  await control('GET', `${at}/users/eve`)
  await control('GET', `${at}/segments/none`)

  const { items: requests } = await ok('GET', '/_pinpoint/requests')
  const { items: messages } = await ok('GET', '/_pinpoint/messages?page-size=1000')
  return {
    ...emulator,
    buckets,
    control,
    ok,
    app,
    emptyApp,
    segment,
    imported,
    free,
    grouped,
    campaign,
    later,
    journey,
    draft,
    requests,
    messages,
    jobs: { finished: importJob.Id!, failed: failedJob.Id!, exported: exportJob.Id! },
  }
}
