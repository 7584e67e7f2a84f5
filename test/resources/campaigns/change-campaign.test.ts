import t from 'tap'
import { atOnce, campaignOf, tomorrow, withCampaigns, withRunningCampaigns } from '../../support/campaigns.ts'
import { isError } from '../../support/helpers.ts'

t.test('UpdateCampaign changes what is given, as a new version; versions stay as they were', async t => {
  const { create, call, url } = await withCampaigns()
  const first = (await create({ Description: 'one' })).body
  const { status, body } = await call('PUT', `${url}/${first.Id}`, { Name: 'summer', Limits: { Daily: 2 } })
  t.equal(status, 200)
  t.match(body, { Name: 'summer', Limits: { Daily: 2 }, Description: 'one', Version: 2, Id: first.Id })
  t.equal(body.CreationDate, first.CreationDate)
  t.strictSame(body.Schedule, first.Schedule)
  t.strictSame((await call('GET', `${url}/${first.Id}`)).body, body)
  const versions = (await call('GET', `${url}/${first.Id}/versions`)).body
  t.strictSame(versions, { Item: [body, first] })
  t.strictSame((await call('GET', `${url}/${first.Id}/versions/1`)).body, first)
  isError(
    t,
    await call('GET', `${url}/${first.Id}/versions/3`),
    404,
    'NotFoundException',
    'Campaign version not found: 3',
  )
  isError(
    t,
    await call('GET', `${url}/${first.Id}/versions/x`),
    400,
    'BadRequestException',
    /^version must be/,
  )
})

t.test('a schedule that is written in another case is the same one, which has begun already', async t => {
  const { advance, create, messages, endpoints, ok, url } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ Schedule: { StartTime: 'IMMEDIATE', Frequency: 'DAILY', Timezone: 'UTC' } })
  await advance()
  const Schedule = { StartTime: 'immediate', Frequency: 'DAILY', Timezone: 'utc' }
  await ok('PUT', `${url}/${id}`, { Schedule })
  await advance()
  t.equal((await messages(id)).length, 1)
})

t.test('a schedule whose times are written in another way is the same one', async t => {
  const { advance, create, messages, endpoints, ok, url } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 5 }, (_, index) => ({ Id: `e${index}` })))
  const daily = { StartTime: '2027-03-01T10:00:00Z', EndTime: '2027-03-03T00:00:00Z', Frequency: 'DAILY' }
  const others = [
    { ...daily, StartTime: '2027-03-01T10:00Z' },
    { ...daily, StartTime: '2027-03-01T10:00:00', EndTime: '2027-03-03T00:00' },
    { ...daily, StartTime: '2027-03-01T11:00:00.000+01:00', Timezone: 'UTC-00' },
  ]
  const id = await create({ Schedule: daily })
  const slow = await create({ Schedule: daily, Limits: { MessagesPerSecond: 1 } })
  await advance({ to: '2027-03-01T10:00:01Z' })
  for (const Schedule of others) {
    t.match(await ok('PUT', `${url}/${slow}`, { Schedule }), { State: { CampaignStatus: 'EXECUTING' } })
  }
  await advance({ by: 'PT20S' })
  const endings = others.map(other => ({ ...other, EndTime: '2027-03-02T12:00:00Z' }))
  for (const Schedule of [...others, ...endings]) await ok('PUT', `${url}/${id}`, { Schedule })
  await advance()
  t.equal((await messages(id)).length, 5, 'the first run is not sent again')
  await advance({ by: 'PT2H' })
  for (const Schedule of [...others, ...endings]) await ok('PUT', `${url}/${id}`, { Schedule })
  await advance({ by: 'P5D' })
  t.equal((await messages(id)).length, 10)
})

t.test('IsPaused pauses and goes on; an answer can be sent back', async t => {
  const { create, call, url } = await withCampaigns()
  const { body } = await create()
  const put = async (change: object) => (await call('PUT', `${url}/${body.Id}`, change)).body
  t.match(await put({ IsPaused: true }), { State: { CampaignStatus: 'PAUSED' }, IsPaused: true, Version: 2 })
  t.match(await put({ ...body, IsPaused: false }), { State: { CampaignStatus: 'SCHEDULED' }, Version: 3 })
})

t.test('a request can be sent again with one member changed, also when its start is over', async t => {
  const { ok, url, segment, endpoints, advance, messages } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 20 }, (_, index) => ({ Id: `e${index}` })))
  const Schedule = { StartTime: '2027-03-01T10:00:00Z', Frequency: 'DAILY' }
  const treatment = (Body: string) => ({
    SizePercent: 50,
    Schedule,
    MessageConfiguration: { SMSMessage: { Body } },
  })
  const request = campaignOf(segment, { Schedule, AdditionalTreatments: [treatment('B')] })
  const { Id } = await ok('POST', url, request)
  await advance({ by: 'PT2H' })
  const next = { State: { CampaignStatus: 'PENDING_NEXT_RUN' } }
  t.match(await ok('PUT', `${url}/${Id}`, request), { Version: 2, ...next })
  t.match(await ok('PUT', `${url}/${Id}`, { ...request, Name: 'summer' }), { Name: 'summer', ...next })
  const AdditionalTreatments = [treatment('C')]
  t.match(await ok('PUT', `${url}/${Id}`, { AdditionalTreatments }), { AdditionalTreatments, ...next })
  await advance({ by: 'P1D' })
  const sent = (await messages(Id)).map(({ time, body }) => `${time.slice(8, 10)} ${body}`)
  t.strictSame([...new Set(sent)].sort(), ['01 B', '01 Hi', '02 C', '02 Hi'])
  t.equal(sent.length, 40)
})

t.test('a change by which the start is over before anything was sent is refused', async t => {
  const { control, ok, url, endpoints, create, advance, messages } = await withRunningCampaigns(t, {
    now: '2027-03-01T12:00:00.000Z',
  })
  await endpoints({ Id: 'e1' })
  const start = { StartTime: '2027-03-01T12:30:00', Timezone: 'UTC+01' }
  const EventFilter = { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['buy'] } } }
  const byEvents = { ...start, Frequency: 'EVENT', EventFilter }
  for (const before of [
    { Schedule: { ...start, IsLocalTime: true }, IsPaused: true },
    { Schedule: { ...start, Frequency: 'DAILY' } },
    { Schedule: { ...start, Frequency: 'DAILY' }, IsPaused: true },
    { Schedule: byEvents, IsPaused: true },
  ]) {
    const id = await create(before)
    const known = await ok('GET', `${url}/${id}`)
    const Schedule = { ...start, Frequency: 'ONCE', IsLocalTime: false }
    for (const change of [{ Schedule }, { Schedule, IsPaused: false }]) {
      const Message = 'StartTime must be at least current time.'
      isError(t, await control('PUT', `${url}/${id}`, change), 400, 'BadRequestException', Message)
    }
    t.strictSame(await ok('GET', `${url}/${id}`), known)
    await ok('PUT', `${url}/${id}`, { Schedule: { ...Schedule, Frequency: 'HOURLY' }, IsPaused: false })
    await advance({ by: 'PT1H' })
    t.strictSame(
      (await messages(id)).map(({ time }) => time.slice(0, 16)),
      ['2027-03-01T12:30'],
    )
    await ok('PUT', `${url}/${id}`, { Schedule })
    await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-01T12:00:00.000Z', force: true })
  }
})

t.test('a paused campaign whose start is over is changed otherwise', async t => {
  const { ok, url, create, advance } = await withRunningCampaigns(t)
  const id = await create({ Schedule: { StartTime: '2027-03-01T10:00:00Z' }, IsPaused: true })
  await advance({ by: 'PT2H' })
  const Schedule = { StartTime: '2027-03-01T10:00:00Z', QuietTime: { Start: '20:00', End: '08:00' } }
  t.match(await ok('PUT', `${url}/${id}`, { Name: 'summer', Schedule }), { Name: 'summer', Schedule })
})

t.test('a treatment that is added does not start the others again', async t => {
  const { ok, url, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 20 }, (_, index) => ({ Id: `e${index}` })))
  const id = await create({ Schedule: { ...atOnce, Frequency: 'DAILY' } })
  await advance()
  t.equal((await messages(id)).length, 20)
  const Schedule = { StartTime: '2027-03-02T12:00:00Z' }
  const MessageConfiguration = { SMSMessage: { Body: 'B' } }
  await ok('PUT', `${url}/${id}`, {
    AdditionalTreatments: [{ SizePercent: 50, Schedule, MessageConfiguration }],
  })
  await advance({ by: 'PT1H' })
  t.equal((await messages(id)).length, 20)
  await advance({ by: 'P1DT12H' })
  t.equal((await messages(id)).length, 40)
})

t.test('a schedule with the same start goes on: no run begins again', async t => {
  const { ok, url, endpoints, create, advance, messages, statusOf } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const daily = { StartTime: '2027-03-01T10:00:00Z', Frequency: 'DAILY' }
  const change = async (id: string, more: object) => {
    const { Schedule } = await ok('GET', `${url}/${id}`)
    await ok('PUT', `${url}/${id}`, { Schedule: { ...Schedule, ...more } })
    return statusOf(id)
  }
  const all = [daily, { ...daily, ...atOnce }]
  const [quiet, quietAtOnce, ending, endingAtOnce, weekly, weeklyAtOnce, over, once] = [
    ...[await create({ Schedule: all[0] }), await create({ Schedule: all[1] })],
    ...[await create({ Schedule: all[0] }), await create({ Schedule: all[1] })],
    ...[await create({ Schedule: all[0] }), await create({ Schedule: all[1] })],
    ...[await create({ Schedule: all[0] }), await create({ Schedule: all[1] })],
  ] as const
  await advance({ to: '2027-03-02T12:00:00Z' })
  const next = 'PENDING_NEXT_RUN'
  for (const id of [quiet, quietAtOnce]) {
    t.equal(await change(id, { QuietTime: { Start: '20:00', End: '08:00' } }), next)
  }
  for (const id of [ending, endingAtOnce])
    t.equal(await change(id, { EndTime: '2027-03-04T00:00:00Z' }), next)
  for (const id of [weekly, weeklyAtOnce]) t.equal(await change(id, { Frequency: 'WEEKLY' }), next)
  t.equal(await change(over, { EndTime: '2027-03-03T00:00:00Z' }), 'COMPLETED')
  t.equal(await change(once, { Frequency: 'ONCE' }), 'COMPLETED')
  await advance({ to: '2027-03-08T12:00:00Z' })
  const days = async (id: string) => (await messages(id)).map(({ time }) => time.slice(9, 13))
  for (const [hour, ids] of [
    ['T10', [quiet, ending, weekly, over]],
    ['T09', [quietAtOnce, endingAtOnce, weeklyAtOnce, once]],
  ] as const) {
    const on = (text: string) => [...text].map(day => `${day}${hour}`)
    t.strictSame(await days(ids[0]), on('12345678'))
    t.strictSame(await days(ids[1]), on('123'))
    t.strictSame(await days(ids[2]), on('128'))
    t.strictSame(await days(ids[3]), on('12'))
  }
})

for (const [how, more, last] of [
  ['', {}, '2027-03-15T10:00:00Z'],
  [' by local time', { IsLocalTime: true }, '2027-03-15T09:00:30Z'],
] as const) {
  t.test(`a run that has just begun is not sent again by another Frequency${how}`, async t => {
    const { ok, url, endpoints, create, advance, messages } = await withRunningCampaigns(t)
    await endpoints({ Id: 'e1', Demographic: { Timezone: 'Europe/Paris' } })
    const Schedule = { StartTime: '2027-03-01T10:00:00Z', ...more }
    const id = await create({ Schedule: { ...Schedule, Frequency: 'WEEKLY' } })
    await advance({ to: last })
    await ok('PUT', `${url}/${id}`, { Schedule: { ...Schedule, Frequency: 'DAILY' } })
    await advance({ by: 'P2D' })
    const days = (await messages(id)).map(({ time }) => time.slice(8, 10))
    t.strictSame(days, ['01', '08', '15', '16', '17'])
  })
}

t.test('a schedule changes also while the campaign is paused, and runs of the pause are skipped', async t => {
  const { ok, url, endpoints, create, advance, messages, statusOf } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' })
  const id = await create({ Schedule: { ...atOnce, Frequency: 'DAILY' } })
  await advance({ by: 'PT1H' })
  const put = (change: object) => ok('PUT', `${url}/${id}`, change)
  await put({ IsPaused: true })
  await put({ Schedule: { ...atOnce, Frequency: 'DAILY', EndTime: '2027-03-05T00:00:00Z' } })
  await advance({ by: 'P1D' })
  t.equal(await statusOf(id), 'PAUSED')
  await put({
    IsPaused: false,
    Schedule: { ...atOnce, Frequency: 'DAILY', EndTime: '2027-03-04T00:00:00Z' },
  })
  await advance({ by: 'P7D' })
  t.equal(await statusOf(id), 'COMPLETED')
  t.strictSame(
    (await messages(id)).map(({ time }) => time.slice(8, 13)),
    ['01T09', '03T09'],
  )
})

t.test('a paused event campaign gets another end', async t => {
  const { ok, url, create, advance, statusOf } = await withRunningCampaigns(t)
  const Dimensions = { EventType: { Values: ['buy'] } }
  const Schedule = {
    StartTime: '2027-03-01T10:00:00Z',
    EndTime: '2027-03-09T00:00:00Z',
    Frequency: 'EVENT',
    EventFilter: { FilterType: 'ENDPOINT', Dimensions },
  }
  const id = await create({ Schedule })
  await advance({ by: 'PT2H' })
  const put = (change: object) => ok('PUT', `${url}/${id}`, change)
  await put({ IsPaused: true })
  await put({ Schedule: { ...Schedule, EndTime: '2027-03-03T00:00:00Z' } })
  t.match(await put({ IsPaused: false }), { State: { CampaignStatus: 'EXECUTING' } })
  await advance({ to: '2027-03-03T00:00:00Z' })
  t.equal(await statusOf(id), 'COMPLETED')
})

t.test('what a treatment has sent cannot be changed, nor who gets which treatment then', async t => {
  const { ok, control, url, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints(...Array.from({ length: 40 }, (_, index) => ({ Id: `e${index}` })))
  const message = (Body: string) => ({ MessageConfiguration: { SMSMessage: { Body } } })
  const first = { ...message('B'), SizePercent: 20, Schedule: { StartTime: '2027-03-01T12:00:00Z' } }
  const second = { ...message('C'), SizePercent: 30, Schedule: { StartTime: '2027-03-03T12:00:00Z' } }
  const Schedule = { StartTime: '2027-03-01T12:00:00Z' }
  const id = await create({ Schedule, AdditionalTreatments: [first, second] })
  const put = (change: object) => control('PUT', `${url}/${id}`, change)
  const resized = [first, { ...second, SizePercent: 80 }]
  t.equal((await put({ AdditionalTreatments: resized })).status, 200, 'nothing was sent yet')
  t.equal((await put({ AdditionalTreatments: [first, second] })).status, 200)
  await advance({ to: '2027-03-02T00:00:00Z' })
  t.match(await ok('GET', `${url}/${id}`), { State: { CampaignStatus: 'SCHEDULED' } })
  const before = await ok('GET', `${url}/${id}`)
  const later = { StartTime: '2027-03-09T12:00:00Z' }
  for (const [member, change] of [
    ['HoldoutPercent', { HoldoutPercent: 10 }],
    ['AdditionalTreatments', { AdditionalTreatments: [first] }],
    ['AdditionalTreatments.1.SizePercent', { AdditionalTreatments: resized }],
    [
      'AdditionalTreatments.0.MessageConfiguration',
      { AdditionalTreatments: [{ ...first, ...message('D') }, second] },
    ],
    ['AdditionalTreatments.0.Schedule', { AdditionalTreatments: [{ ...first, Schedule: later }, second] }],
    ['MessageConfiguration', message('D')],
    ['Schedule', { Schedule: later }],
  ] as const) {
    const Message = `${member} cannot be changed, as the campaign has sent treatment 0 and 1: create another campaign`
    isError(t, await put(change), 400, 'BadRequestException', Message)
  }
  t.strictSame(await ok('GET', `${url}/${id}`), before)
  const changed = { ...second, ...message('E'), Schedule: { StartTime: '2027-03-04T12:00:00Z' } }
  t.equal((await put({ ...before, AdditionalTreatments: [first, changed], Name: 'summer' })).status, 200)
  await advance({ until: 'idle' })
  const sent = await messages(id)
  t.equal(sent.length, 40)
  t.equal(new Set(sent.map(({ endpoint }) => endpoint)).size, 40)
  t.strictSame([...new Set(sent.map(({ body }) => body))].sort(), ['B', 'E', 'Hi'])
})

t.test('a version that is named with a new segment is that of the new one', async t => {
  const { create, call, url, app } = await withCampaigns()
  const { body } = await create()
  const { Id: SegmentId } = (await call('POST', `/v1/apps/${app}/segments`, {})).body
  await call('PUT', `/v1/apps/${app}/segments/${SegmentId}`, { Name: 'second' })
  const put = async (change: object) => (await call('PUT', `${url}/${body.Id}`, change)).body
  t.match(await put({ SegmentId, SegmentVersion: 1 }), { SegmentId, SegmentVersion: 1 })
  t.match(await put({ SegmentId, SegmentVersion: 2 }), { SegmentId, SegmentVersion: 2 })
})

t.test('UpdateCampaign refuses what CreateCampaign refuses', async t => {
  const { create, call, url } = await withCampaigns()
  const { body } = await create()
  const put = (change: object) => call('PUT', `${url}/${body.Id}`, change)
  const past = { Schedule: { StartTime: '2020-01-01T00:00:00Z' } }
  isError(t, await put(past), 400, 'BadRequestException', 'StartTime must be at least current time.')
  isError(t, await put({ SegmentId: 'nope' }), 404, 'NotFoundException', 'Segment not found: nope')
  isError(t, await put({ HoldoutPercent: -1 }), 400, 'BadRequestException', /^HoldoutPercent must be/)
  t.strictSame((await call('GET', `${url}/${body.Id}`)).body, body)
  const unknown = await call('PUT', `${url}/nope`, { Name: '' })
  isError(t, unknown, 404, 'NotFoundException', 'Campaign not found: nope')
})

t.test('GetCampaigns lists the newest first, page by page', async t => {
  const { create, call, url } = await withCampaigns()
  const ids = []
  for (const Name of ['a', 'b', 'c']) ids.unshift((await create({ Name })).body.Id)
  const first = (await call('GET', `${url}?page-size=2`)).body
  const second = (await call('GET', `${url}?page-size=2&token=${first.NextToken}`)).body
  t.strictSame(
    [...first.Item, ...second.Item].map(({ Id }) => Id),
    ids,
  )
  t.notOk(second.NextToken)
})

t.test('DeleteCampaign answers the campaign as DELETED, and it is gone for every call', async t => {
  const { create, call, url } = await withCampaigns()
  const { body } = await create({ tags: { team: 'red' } })
  const deleted = await call('DELETE', `${url}/${body.Id}`)
  t.equal(deleted.status, 200)
  t.strictSame(deleted.body, { ...body, State: { CampaignStatus: 'DELETED' } })
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/versions'],
    ['GET', '/versions/1'],
    ['GET', '/activities'],
    ['PUT', ''],
    ['DELETE', ''],
  ] as const) {
    const answer = await call(method, `${url}/${body.Id}${path}`, method === 'PUT' ? {} : undefined)
    isError(t, answer, 404, 'NotFoundException', `Campaign not found: ${body.Id}`)
  }
  t.strictSame((await call('GET', url)).body, { Item: [] })
  t.equal((await call('GET', `/v1/tags/${body.Arn}`)).status, 404)
})

t.test('DeleteSegment makes its campaigns DELETED, and they cannot be changed', async t => {
  const { create, call, url, app, segment } = await withCampaigns()
  const { body } = await create()
  const { Id: other } = (await call('POST', `/v1/apps/${app}/segments`, {})).body
  const kept = (await create({ SegmentId: other })).body
  await call('DELETE', `/v1/apps/${app}/segments/${segment}`)
  t.match((await call('GET', `${url}/${body.Id}`)).body, { State: { CampaignStatus: 'DELETED' } })
  t.match((await call('GET', `${url}/${kept.Id}`)).body, { State: { CampaignStatus: 'SCHEDULED' } })
  const change = await call('PUT', `${url}/${body.Id}`, { Schedule: { StartTime: tomorrow() } })
  isError(t, change, 400, 'BadRequestException', 'A campaign that is DELETED cannot be changed')
})
