import t from 'tap'
import { campaignOf, tomorrow, withCampaigns } from '../../support/campaigns.ts'
import { isError } from '../../support/helpers.ts'

t.test('CreateCampaign answers 201 with what was sent, and what real answers have besides', async t => {
  const { app, appArn, segment, create, call, url } = await withCampaigns()
  const Schedule = { StartTime: tomorrow() }
  const { status, body } = await create({ Schedule, tags: { team: 'red' } })
  t.equal(status, 201)
  t.match(body.Id, /^[0-9a-f]{32}$/)
  t.match(body.CreationDate, /^\d{4}-.*\.\d{3}Z$/)
  t.strictSame(body, {
    AdditionalTreatments: [],
    ApplicationId: app,
    Arn: `${appArn}/campaigns/${body.Id}`,
    CreationDate: body.CreationDate,
    HoldoutPercent: 0,
    Id: body.Id,
    IsPaused: false,
    LastModifiedDate: body.CreationDate,
    Limits: {},
    MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
    Name: 'spring',
    Schedule: { ...Schedule, IsLocalTime: false, Timezone: 'UTC' },
    SegmentId: segment,
    SegmentVersion: 1,
    State: { CampaignStatus: 'SCHEDULED' },
    tags: { team: 'red' },
    TemplateConfiguration: {},
    Version: 1,
  })
  t.strictSame((await call('GET', `${url}/${body.Id}`)).body, body)
  t.strictSame((await call('GET', `/v1/tags/${body.Arn}`)).body, { tags: { team: 'red' } })
})

t.test('a time zone is answered as it was sent; IMMEDIATE is SCHEDULED, IsPaused is PAUSED', async t => {
  const { create } = await withCampaigns()
  const immediate = (await create({ Schedule: { StartTime: 'IMMEDIATE', Timezone: 'utc' } })).body
  t.match(immediate, { State: { CampaignStatus: 'SCHEDULED' }, Schedule: { Timezone: 'utc' } })
  t.match((await create({ IsPaused: true })).body, { State: { CampaignStatus: 'PAUSED' }, IsPaused: true })
})

t.test('a Frequency is taken in any case, and answered in upper case', async t => {
  const { create } = await withCampaigns()
  const Schedule = { StartTime: tomorrow(), Frequency: 'daily' }
  const { body } = await create({
    Schedule,
    AdditionalTreatments: [{ SizePercent: 5, Schedule, MessageConfiguration: { SMSMessage: { Body: 'B' } } }],
  })
  t.match(body, {
    Schedule: { Frequency: 'DAILY' },
    AdditionalTreatments: [{ Schedule: { Frequency: 'DAILY' } }],
  })
})

t.test('treatments are numbered and have states of their own', async t => {
  const { create } = await withCampaigns()
  const { body } = await create({
    HoldoutPercent: 10,
    AdditionalTreatments: [
      { SizePercent: 30, MessageConfiguration: { SMSMessage: { Body: 'B' } }, TreatmentName: 'b' },
      { SizePercent: 60, TemplateConfiguration: {}, MessageConfiguration: { DefaultMessage: { Body: 'C' } } },
    ],
  })
  t.match(body, {
    DefaultState: { CampaignStatus: 'SCHEDULED' },
    AdditionalTreatments: [
      { Id: '1', SizePercent: 30, TreatmentName: 'b', State: { CampaignStatus: 'SCHEDULED' } },
      { Id: '2', SizePercent: 60, State: { CampaignStatus: 'SCHEDULED' } },
    ],
  })
})

t.test("a segment's version is the current one, or the one that is named", async t => {
  const { app, segment, create, call } = await withCampaigns()
  await call('PUT', `/v1/apps/${app}/segments/${segment}`, { Name: 'again' })
  t.equal((await create()).body.SegmentVersion, 2)
  t.equal((await create({ SegmentVersion: 1 })).body.SegmentVersion, 1)
  isError(t, await create({ SegmentVersion: 3 }), 404, 'NotFoundException', 'Segment version not found: 3')
})

t.test('bad input is a 400 that names the member', async t => {
  const { create, call, url, segment } = await withCampaigns()
  const bad = async (more: object, message: string | RegExp) =>
    isError(t, await create(more), 400, 'BadRequestException', message)
  const schedule = (more: object) => ({ Schedule: { StartTime: tomorrow(), ...more } })
  const filter = { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['buy'] } } }

  await bad({ SegmentId: undefined }, /^SegmentId is required/)
  await bad({ Schedule: undefined }, /^Schedule is required/)
  await bad({ Schedule: {} }, /^Schedule.StartTime is required/)
  await bad(schedule({ StartTime: '2020-01-01T00:00:00Z' }), 'StartTime must be at least current time.')
  const past = {
    SizePercent: 5,
    MessageConfiguration: {},
    ...schedule({ StartTime: '2020-01-01T00:00:00Z' }),
  }
  await bad(
    { AdditionalTreatments: [past] },
    'AdditionalTreatments.0.Schedule.StartTime must be at least current time.',
  )
  await bad(schedule({ StartTime: 'soon' }), /^Schedule.StartTime must be IMMEDIATE or an ISO 8601 time/)
  for (const StartTime of [
    '2099-02-30T00:00:00',
    '2099-03-01',
    '2099-03-01 10:00',
    '2099-03-01T10',
    '2099-03-01T10:00Z+01',
  ]) {
    await bad(schedule({ StartTime }), /^Schedule.StartTime must be IMMEDIATE or an ISO 8601 time/)
  }
  await bad(schedule({ EndTime: 'late' }), /^Schedule.EndTime must be an ISO 8601 time/)
  await bad(schedule({ EndTime: '2021-01-01T00:00:00Z' }), /^Schedule.EndTime must be after StartTime/)
  await bad(schedule({ Timezone: 'Europe/Paris' }), /^Schedule.Timezone must be UTC, or a difference/)
  await bad(schedule({ Timezone: 'UTC+15' }), /^Schedule.Timezone must be/)
  await bad(schedule({ Frequency: 'YEARLY' }), /^Schedule.Frequency must be one of ONCE, HOURLY/)
  await bad(schedule({ QuietTime: { Start: '8:00' } }), /^Schedule.QuietTime.Start must be a time/)
  await bad(schedule({ Frequency: 'EVENT' }), /^Schedule.EventFilter is required with the Frequency EVENT/)
  await bad(schedule({ EventFilter: filter }), /^Schedule.EventFilter goes with the Frequency EVENT/)
  await bad(
    schedule({ Frequency: 'EVENT', EventFilter: { FilterType: 'ENDPOINT', Dimensions: {} } }),
    'Schedule.EventFilter.Dimensions must have an EventType, Attributes or Metrics',
  )
  await bad(
    schedule({ Frequency: 'IN_APP_EVENT', EventFilter: filter }),
    /^MessageConfiguration.InAppMessage or TemplateConfiguration.InAppTemplate is required/,
  )
  await bad({ MessageConfiguration: {} }, /^MessageConfiguration or TemplateConfiguration must say/)
  await bad(
    { MessageConfiguration: { EmailMessage: { Body: 'Hi', Headers: [{}, { Name: 'X Ü', Value: '1' }] } } },
    /^MessageConfiguration\.EmailMessage\.Headers\.1\.Name must be the name of a header/,
  )
  await bad(
    { TemplateConfiguration: { SMSTemplate: {} } },
    /^TemplateConfiguration.SMSTemplate.Name is required/,
  )
  await bad({ HoldoutPercent: 101 }, /^HoldoutPercent must be a whole number from 0 to 100; got 101/)
  const treatment = { SizePercent: 50, MessageConfiguration: { SMSMessage: { Body: 'B' } } }
  await bad(
    { HoldoutPercent: 1, AdditionalTreatments: [treatment, treatment] },
    /must be at most 100 together; got 101/,
  )
  await bad({ AdditionalTreatments: Array(5).fill(treatment) }, /^AdditionalTreatments must have at most 4/)
  await bad(
    { AdditionalTreatments: [{ SizePercent: 5 }] },
    /^AdditionalTreatments.0.MessageConfiguration or AdditionalTreatments.0.TemplateConfiguration must say/,
  )
  await bad({ Limits: { Daily: 101 } }, /^Limits.Daily must be from 1 to 100/)
  await bad({ Limits: { MaximumDuration: 59 } }, /^Limits.MaximumDuration must be from 60/)
  await bad({ Limits: { Session: 11 } }, /^Limits.Session must be from 0 to 10/)
  await bad({ Priority: 6 }, /^Priority must be a whole number from 1 to 5/)
  await bad({ Hook: { WebUrl: 'ftp://x' } }, /^Hook.WebUrl must be a URL/)
  const custom = { MessageConfiguration: { CustomMessage: { Data: 'x' } } }
  await bad(custom, /^CustomDeliveryConfiguration is required with CustomMessage/)
  for (const DeliveryUri of ['http://example.com', 'https://example.com/?a=b', '']) {
    await bad(
      { ...custom, CustomDeliveryConfiguration: { DeliveryUri } },
      /^CustomDeliveryConfiguration.DeliveryUri must be the name or ARN of a Lambda function/,
    )
  }
  await bad(
    {
      MessageConfiguration: { CustomMessage: { Data: 'x'.repeat(5121) } },
      CustomDeliveryConfiguration: { DeliveryUri: 'deliver' },
    },
    /^MessageConfiguration.CustomMessage.Data must have at most 5120 bytes/,
  )
  t.strictSame((await call('GET', url)).body, { Item: [] }, 'nothing was created')
  const noApp = await call('POST', '/v1/apps/nope/campaigns', campaignOf(segment))
  isError(t, noApp, 404, 'NotFoundException', 'Application not found')
})

t.test('an unknown segment, template or version of one is a 404', async t => {
  const { create, call } = await withCampaigns()
  const missing = async (more: object, message: string) =>
    isError(t, await create(more), 404, 'NotFoundException', message)
  await missing({ SegmentId: 'nope' }, 'Segment not found: nope')
  const named = (template: object) => ({ TemplateConfiguration: { SMSTemplate: template } })
  const ofSms = 'TemplateConfiguration.SMSTemplate.Name must be the name of a template of the type SMS'
  await missing(named({ Name: 'campaign-no-such' }), `Template not found: campaign-no-such; ${ofSms}`)
  await call('POST', '/v1/templates/campaign-sms/sms', { Body: 'Hi' })
  await missing(
    { TemplateConfiguration: { PushTemplate: { Name: 'campaign-sms' } } },
    'Template not found: campaign-sms; TemplateConfiguration.PushTemplate.Name must be the name of a template of the type PUSH',
  )
  await missing(
    { AdditionalTreatments: [{ SizePercent: 5, ...named({ Name: 'campaign-sms', Version: '2' }) }] },
    'Template version not found: campaign-sms/2; AdditionalTreatments.0.TemplateConfiguration.SMSTemplate.Version must be one of that template, or latest',
  )
  t.equal((await create(named({ Name: 'campaign-sms' }))).status, 201)
  t.equal(
    (await create({ ...named({ Name: 'campaign-sms', Version: '1' }), MessageConfiguration: {} })).status,
    201,
  )
})

t.test('a start without an offset is taken for UTC where it must not be in the past', async t => {
  const { create } = await withCampaigns()
  // In the zone of the campaign, it is in the future; Pinpoint refused it.
  const StartTime = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19)
  const answer = await create({ Schedule: { StartTime, Timezone: 'UTC-04' } })
  isError(t, answer, 400, 'BadRequestException', 'StartTime must be at least current time.')
  t.equal((await create({ Schedule: { StartTime: `${StartTime}-04:00`, Timezone: 'UTC-04' } })).status, 201)
})

t.test('a time of a Schedule may have no seconds, or more than six decimals', async t => {
  const { create } = await withCampaigns()
  for (const [StartTime, EndTime, isTaken] of [
    ['2099-03-01T10:00Z', '2099-03-01T10:01+00:00', true],
    ['2099-03-01T10:00+02:00', '2099-03-01T08:01Z', true],
    ['2099-03-01T10:00+02:00', '2099-03-01T08:00Z', false],
    ['2099-03-01T10:00:00.1234567Z', '2099-03-01T10:00:00.124Z', true],
    ['2099-03-01T10:00:00.1234567-0200', '2099-03-01T12:00:00.123Z', false],
    ['2099-03-01T10:00', '2099-03-01T11:01Z', true],
    ['2099-03-01T10:00', '2099-03-01T11:00Z', false],
  ] as const) {
    const Timezone = 'UTC-01'
    const { status, body } = await create({ Schedule: { StartTime, EndTime, Timezone } })
    t.equal(status, isTaken ? 201 : 400, `${StartTime} to ${EndTime}`)
    if (isTaken) t.match(body, { Schedule: { StartTime, EndTime } })
    else t.match(body.Message, /^Schedule.EndTime must be after StartTime/)
  }
})

t.test('a start that is over in the zone of the campaign is refused where nothing would be sent', async t => {
  const { create } = await withCampaigns()
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19)
  const StartTime = inHours(0.5)
  const refused = async (more: object, schedule = '') => {
    const message = `${schedule}StartTime must be at least current time.`
    isError(t, await create(more), 400, 'BadRequestException', message)
  }
  const taken = async (more: object) =>
    t.match((await create(more)).body, { State: { CampaignStatus: 'SCHEDULED' } })
  for (const Timezone of ['UTC+01', 'UTC+09']) {
    const schedule = { StartTime, Timezone }
    const of = (more: object) => ({ Schedule: { ...schedule, ...more } })
    const treated = (more: object) => ({
      AdditionalTreatments: [
        { ...of(more), SizePercent: 50, MessageConfiguration: { SMSMessage: { Body: 'B' } } },
      ],
    })
    for (const more of [{}, { Frequency: 'DAILY', EndTime: inHours(20) }]) {
      await refused(of(more))
      await refused({ ...of(more), IsPaused: true })
      await refused(treated(more), 'AdditionalTreatments.0.Schedule.')
    }
    const EventFilter = { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['buy'] } } }
    for (const more of [
      ...[{ Frequency: 'DAILY' }, { Frequency: 'DAILY', EndTime: inHours(40) }, { Frequency: 'MONTHLY' }],
      ...[{ Frequency: 'EVENT', EventFilter }, { IsLocalTime: true }, { StartTime: inHours(10) }],
    ]) {
      await taken(of(more))
      await taken(treated(more))
    }
  }
})
