import t from 'tap'
import { buildTestApp, isError } from '../../support/helpers.ts'
import { journeyOf, withJourneys } from '../../support/journeys.ts'
import { withSegments } from '../../support/segment-versions.ts'

const of = (activity: object, more: object = {}) => ({
  StartActivity: 'a',
  Activities: { a: activity, ...more },
})
const split = (condition: object) => of({ ConditionalSplit: { Condition: { Conditions: [condition] } } })
const branches = (...percentages: number[]) =>
  of({ RandomSplit: { Branches: percentages.map(Percentage => ({ Percentage })) } })
const ended = { ContactCenter: {} }
const byEvent = (condition: object, more: object = {}) => ({
  StartCondition: {
    EventStartCondition: {
      EventFilter: { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['cart'] } } },
      ...condition,
    },
  },
  ...more,
})
const openHours = (rules: object) => ({
  QuietTime: {},
  SendingSchedule: true,
  OpenHours: { SMS: { MONDAY: rules } },
})

/** What is wrong, each with the rest of the message. */
const refused: [problem: string, more: object][] = [
  [
    "Start time 2037-09-03T12:15:00Z doesn't have the same offset as the journey's schedule offset: UTC+09",
    { Schedule: { StartTime: '2037-09-03T12:15:00Z', Timezone: 'UTC+09' } },
  ],
  [
    "End time 2037-09-03T12:15:00+01:00 doesn't have the same offset as the journey's schedule offset: UTC",
    { Schedule: { EndTime: '2037-09-03T12:15:00+01:00' } },
  ],
  ['Schedule.Timezone must be UTC or an offset from it', { Schedule: { Timezone: 'Europe/Paris' } }],
  [
    'Schedule.EndTime must be after the start',
    { Schedule: { StartTime: '2037-01-02T00:00:00Z', EndTime: '2037-01-02T00:00:00Z' } },
  ],
  [
    'Schedule.EndTime must be after the present',
    { Schedule: { StartTime: '2001-01-01T00:00:00Z', EndTime: '2002-01-01T00:00:00Z' } },
  ],
  ['StartCondition must have exactly one of', { StartCondition: {} }],
  [
    'StartCondition.SegmentStartCondition.SegmentId must be the id of a segment; got "nope"',
    { StartCondition: { SegmentStartCondition: { SegmentId: 'nope' } } },
  ],
  [
    'StartCondition.EventStartCondition must have an EventFilter',
    { StartCondition: { EventStartCondition: {} } },
  ],
  [
    'StartCondition.EventStartCondition.EventFilter.Dimensions.EventType must have exactly one value',
    byEvent({ EventFilter: { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['a', 'b'] } } } }),
  ],
  [
    'StartCondition.EventStartCondition.SegmentId must be the id of a segment',
    byEvent({ SegmentId: 'nope' }),
  ],
  ['LocalTime must not be true for a journey that an event starts', byEvent({}, { LocalTime: true })],
  ['RefreshFrequency must be an ISO 8601 duration', { RefreshFrequency: '1h' }],
  ['RefreshFrequency must be an ISO 8601 duration', { RefreshFrequency: 'PT0S' }],
  ['Limits.DailyCap must be from 1 to 100, or 0 for no limit; got 101', { Limits: { DailyCap: 101 } }],
  ['Limits.TotalCap must be from 1 to 100', { Limits: { TotalCap: -1 } }],
  ['Limits.TimeframeCap.Days must be from 1 to 30', { Limits: { TimeframeCap: { Cap: 1, Days: 31 } } }],
  ['Limits.MessagesPerSecond must be from 1 to 20000', { Limits: { MessagesPerSecond: 20001 } }],
  [
    'Limits.EndpointReentryInterval must be an ISO 8601 duration',
    { Limits: { EndpointReentryInterval: '1d' } },
  ],
  ['QuietTime.Start must be a time', { QuietTime: { Start: '7:00' } }],
  ['OpenHours needs QuietTime, and SendingSchedule to be true', { OpenHours: {} }],
  ['ClosedDays needs QuietTime, and SendingSchedule to be true', { ClosedDays: {}, QuietTime: {} }],
  [
    'OpenHours.SMS must have the keys SUNDAY',
    { QuietTime: {}, SendingSchedule: true, OpenHours: { SMS: { FUNDAY: [] } } },
  ],
  [
    'OpenHours.SMS.MONDAY must have at most 4 ranges',
    openHours(Array(5).fill({ StartTime: '08:00', EndTime: '09:00' })),
  ],
  [
    'OpenHours.SMS.MONDAY.0 must have a StartTime before its EndTime',
    openHours([{ StartTime: '09:00', EndTime: '08:00' }]),
  ],
  [
    'ClosedDays.SMS.0 must have a StartDateTime before its EndDateTime',
    {
      QuietTime: {},
      SendingSchedule: true,
      ClosedDays: { SMS: [{ StartDateTime: '2037-12-25', EndDateTime: '2037-12-26' }] },
    },
  ],
  ['Activities must have at least one activity', { Activities: {} }],
  [
    'Activities must have at most 40 activities; got 41',
    {
      StartActivity: 'a0',
      Activities: Object.fromEntries([...Array(41)].map((_, index) => [`a${index}`, ended])),
    },
  ],
  [
    'Activities must have at most 3 of the kind ContactCenter',
    { StartActivity: 'a', Activities: { a: ended, b: ended, c: ended, d: ended } },
  ],
  [
    'the keys of Activities must be 1 to 100 letters and digits; got "a b"',
    { StartActivity: 'a b', Activities: { 'a b': ended } },
  ],
  ['Activities.a must have exactly one kind of activity; got none', of({ Description: 'x' })],
  [
    'Activities.a must have exactly one kind of activity; got ContactCenter and Holdout',
    of({ ContactCenter: {}, Holdout: { Percentage: 1 } }),
  ],
  ['StartActivity must be given', { StartActivity: '' }],
  ['StartActivity names an activity that is not there: b', { StartActivity: 'b', Activities: { a: ended } }],
  [
    'Activities.a.ContactCenter.NextActivity names an activity that is not there: toString',
    of({ ContactCenter: { NextActivity: 'toString' } }),
  ],
  [
    'the activities lead back to where they began: b -> c -> b',
    of(
      { ContactCenter: { NextActivity: 'b' } },
      { b: { Holdout: { Percentage: 1, NextActivity: 'c' } }, c: { ContactCenter: { NextActivity: 'b' } } },
    ),
  ],
  ['no activity leads to Activities.b', of(ended, { b: ended })],
  [
    'Activities.a.SMS.TemplateName must be the name of a template of the type SMS; got "nope"',
    of({ SMS: { TemplateName: 'nope' } }),
  ],
  [
    'Activities.a.SMS.TemplateVersion must be the number of a version of the template hello, or latest; got "7"',
    of({ SMS: { TemplateName: 'hello', TemplateVersion: '7' } }),
  ],
  [
    'Activities.a.EMAIL.TemplateName must be the name of a template of the type EMAIL; got "hello"',
    of({ EMAIL: { TemplateName: 'hello' } }),
  ],
  ['Activities.a.PUSH.TemplateName must be the name', of({ PUSH: {} })],
  [
    'Activities.a.CUSTOM.DeliveryUri must be the name or ARN',
    of({ CUSTOM: { DeliveryUri: 'http://example.com/', EndpointTypes: ['SMS'] } }),
  ],
  [
    'Activities.a.CUSTOM.EndpointTypes must have at least one',
    of({ CUSTOM: { DeliveryUri: 'https://example.com/a?b' } }),
  ],
  [
    'Activities.a.CUSTOM.MessageConfig.Data must have at most 5120 bytes',
    of({ CUSTOM: { DeliveryUri: 'fn', EndpointTypes: ['SMS'], MessageConfig: { Data: 'é'.repeat(2561) } } }),
  ],
  ['Activities.a.Wait.WaitTime must have exactly one of WaitFor and WaitUntil', of({ Wait: {} })],
  [
    'Activities.a.Wait.WaitTime.WaitFor must be an ISO 8601 duration of at most 365 days',
    of({ Wait: { WaitTime: { WaitFor: 'P366D' } } }),
  ],
  [
    'Activities.a.Wait.WaitTime.WaitUntil must be an ISO 8601 time',
    of({ Wait: { WaitTime: { WaitUntil: 'x' } } }),
  ],
  [
    'Activities.a.Wait.WaitTime.WaitUntil must be before the end of the journey',
    {
      ...of({ Wait: { WaitTime: { WaitUntil: '2037-01-02T00:00:00Z' } } }),
      Schedule: { EndTime: '2037-01-01T00:00:00Z' },
    },
  ],
  [
    'Activities.a.Holdout.Percentage must be a whole number from 0 to 100; got 101',
    of({ Holdout: { Percentage: 101 } }),
  ],
  ['Activities.a.RandomSplit.Branches must have 2 to 5 branches; got 1', branches(100)],
  [
    'Activities.a.RandomSplit.Branches must each have a Percentage from 1 to 100; got 100, 0',
    branches(100, 0),
  ],
  ['Activities.a.RandomSplit.Branches must have percentages that add up to 100; got 99', branches(50, 49)],
  [
    'Activities.a.ConditionalSplit.Condition.Conditions must have at least one condition',
    of({ ConditionalSplit: {} }),
  ],
  ['Activities.a.ConditionalSplit.Condition.Conditions.0 must have an EventCondition', split({})],
  [
    'Activities.a.ConditionalSplit.Condition.Conditions.0.SegmentCondition.SegmentId must be the id of a segment',
    split({ SegmentCondition: { SegmentId: 'nope' } }),
  ],
  [
    'Activities.a.ConditionalSplit.Condition.Conditions.0.EventCondition.Dimensions must have an EventType',
    split({ EventCondition: {} }),
  ],
  [
    'Activities.a.ConditionalSplit.Condition.Conditions.0.EventCondition.MessageActivity must be the key of an activity that sends messages; got "a"',
    split({
      EventCondition: { MessageActivity: 'a', Dimensions: { EventType: { Values: ['_email.open'] } } },
    }),
  ],
  ['Activities.a.MultiCondition.Branches must have 1 to 4 branches; got 0', of({ MultiCondition: {} })],
]

t.test('a journey that is not complete is not published, by either call', async t => {
  const { create, call, url, segment, draft } = await withJourneys()
  for (const [problem, more] of refused) {
    const answer = await create(more)
    isError(t, answer, 400, 'BadRequestException', /^Journey validation failed, /)
    const found = answer.body.Message.slice('Journey validation failed, '.length)
    t.equal(found.slice(0, problem.length), problem, found)
  }
  t.strictSame((await call('GET', url)).body.Item, [], 'nothing was created')
  const path = await draft(refused[0]![1])
  for (const answer of [
    await call('PUT', `${path}/state`, { State: 'ACTIVE' }),
    await call('PUT', path, journeyOf(segment, refused[0]![1])),
  ]) {
    isError(t, answer, 400, 'BadRequestException', `Journey validation failed, ${refused[0]![0]}`)
  }
  t.equal((await call('GET', path)).body.State, 'DRAFT')
})

t.test('a journey with each kind of activity is published', async t => {
  const { create, segment, call } = await withJourneys()
  await call('POST', '/v1/templates/hello/email', { Subject: 'Hi', TextPart: 'Hello' })
  await call('POST', '/v1/templates/hello/push', { Default: { Body: 'Hello' } })
  const opened = {
    EventCondition: { MessageActivity: 'mail', Dimensions: { EventType: { Values: ['_email.open'] } } },
  }
  const { status, body } = await create({
    StartActivity: 'mail',
    Activities: {
      mail: { EMAIL: { TemplateName: 'hello', TemplateVersion: 'latest', NextActivity: 'yes' } },
      yes: {
        ConditionalSplit: {
          Condition: { Operator: 'ANY', Conditions: [opened, { SegmentCondition: { SegmentId: segment } }] },
          EvaluationWaitTime: { WaitFor: 'PT1M' },
          TrueActivity: 'out',
          FalseActivity: 'multi',
        },
      },
      multi: {
        MultiCondition: {
          Branches: [
            {
              Condition: { segmentDimensions: { Demographic: { Channel: { Values: ['SMS'] } } } },
              NextActivity: 'random',
            },
          ],
          DefaultActivity: 'wait',
        },
      },
      random: {
        RandomSplit: {
          Branches: [
            { Percentage: 30, NextActivity: 'wait' },
            { Percentage: 70, NextActivity: 'out' },
          ],
        },
      },
      wait: { Wait: { WaitTime: { WaitFor: 'PT1M' }, NextActivity: 'text' } },
      text: { SMS: { TemplateName: 'hello', TemplateVersion: '1', NextActivity: 'push' } },
      push: { PUSH: { TemplateName: 'hello', NextActivity: 'call' } },
      call: {
        CUSTOM: {
          DeliveryUri: 'arn:aws:lambda:us-east-1:123456789012:function:f',
          EndpointTypes: ['SMS'],
          NextActivity: 'agents',
        },
      },
      agents: { ContactCenter: { NextActivity: '' } },
      out: { Holdout: { Percentage: 10, NextActivity: 'agents' } },
    },
  })
  t.equal(status, 201, body.Message)
  t.equal(body.State, 'ACTIVE')
})

t.test('an event journey takes no segment that is built on an import', async t => {
  const { call, app, defineSegment } = await withSegments()
  await call('POST', '/v1/templates/hello/sms', { Body: 'Hello' })
  const SegmentId = await defineSegment()
  const built = (
    await call('POST', `/v1/apps/${app}/segments`, {
      Name: 'b',
      SegmentGroups: { Groups: [{ SourceSegments: [{ Id: SegmentId }] }] },
    })
  ).body.Id
  const message =
    /^Journey validation failed, StartCondition\.EventStartCondition\.SegmentId must be that of a dimensional segment that is built on no import/
  for (const id of [SegmentId, built]) {
    const answer = await call('POST', `/v1/apps/${app}/journeys`, {
      ...journeyOf(''),
      ...byEvent({ SegmentId: id }),
    })
    isError(t, answer, 400, 'BadRequestException', message)
  }
})

t.test('QUOTAS=on limits active journeys, and those of them that events start', async t => {
  const config = { region: 'us-east-1', accountId: '123456789012', quotas: true }
  const { call, createApp } = buildTestApp(t, { config })
  const { Id: app } = await createApp()
  await call('POST', '/v1/templates/hello/sms', { Body: 'Hello' })
  const segment = (await call('POST', `/v1/apps/${app}/segments`, { Name: 'all' })).body.Id
  const create = (more: object = {}) => call('POST', `/v1/apps/${app}/journeys`, journeyOf(segment, more))
  for (let made = 0; made < 20; made++) t.equal((await create(byEvent({}))).status, 201)
  isError(
    t,
    await create(byEvent({})),
    400,
    'BadRequestException',
    /at most 20 active journeys that an event starts$/,
  )
  for (let made = 20; made < 50; made++) t.equal((await create()).status, 201)
  isError(
    t,
    await create(),
    400,
    'BadRequestException',
    'Journey validation failed, an account has at most 50 active journeys',
  )
})
