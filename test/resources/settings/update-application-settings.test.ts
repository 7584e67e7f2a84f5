import t from 'tap'
import { isError, sharedTestApp } from '../../support/helpers.ts'
import { allSettings, withSettings } from '../../support/with-settings.ts'

t.test('UpdateApplicationSettings answers the settings as they are now', async t => {
  const { get, update, app } = await withSettings()
  const { status, body } = await update(allSettings)
  t.equal(status, 200)
  t.strictSame(body, { ...allSettings, ApplicationId: app, LastModifiedDate: '2026-01-02T03:04:01.000Z' })
  t.strictSame(await get(), body)
})

t.test('a member that is given is replaced as a whole, and the others stay', async t => {
  const { get, update, app } = await withSettings()
  await update(allSettings)
  const now = { ...allSettings, ApplicationId: app }
  await update({ Limits: { Daily: 4 }, QuietTime: {} })
  t.strictSame(await get(), {
    ...now,
    Limits: { Daily: 4 },
    QuietTime: {},
    LastModifiedDate: '2026-01-02T03:04:02.000Z',
  })
  await update({ JourneyLimits: { TimeframeCap: { Days: 1 } }, CampaignHook: { Mode: 'DELIVERY' } })
  t.match(await get(), {
    CampaignHook: { Mode: 'DELIVERY' },
    Limits: { Daily: 4 },
    JourneyLimits: { TimeframeCap: { Days: 1 } },
    LastModifiedDate: '2026-01-02T03:04:03.000Z',
  })
  t.strictSame((await get()).JourneyLimits, { TimeframeCap: { Days: 1 } })
})

t.test('a body without settings, or with null for them, changes nothing but the date', async t => {
  const { get, update } = await withSettings()
  await update(allSettings)
  for (const body of [{}, { EventTaggingEnabled: false }, { Limits: null, QuietTime: null }]) {
    t.equal((await update(body)).status, 200)
    t.match(await get(), allSettings)
  }
  t.equal((await get()).LastModifiedDate, '2026-01-02T03:04:04.000Z')
})

for (const settings of [
  { Limits: { Daily: 0, MaximumDuration: 0, MessagesPerSecond: 0, Session: 0, Total: 0 } },
  { Limits: { Daily: 1, MaximumDuration: 60, MessagesPerSecond: 1, Session: 1, Total: 1 } },
  { Limits: { Daily: 100, MaximumDuration: 2 ** 31 - 1, MessagesPerSecond: 20_000, Total: 100 } },
  { JourneyLimits: { DailyCap: 100, TotalCap: 100, TimeframeCap: { Cap: 100, Days: 30 } } },
  { JourneyLimits: { DailyCap: 0, TotalCap: 0, TimeframeCap: { Cap: 0, Days: 0 } } },
  { QuietTime: { Start: '00:00', End: '23:59' } },
  { QuietTime: { Start: '', End: '' } },
  { QuietTime: { End: '02:30' } },
  { CampaignHook: { LambdaFunctionName: '', WebUrl: '' } },
  { CampaignHook: { LambdaFunctionName: 'arn:aws:lambda:us-east-1:123456789012:function:hook' } },
]) {
  t.test(`${JSON.stringify(settings)} is taken as it is`, async t => {
    const { get, update } = await withSettings()
    const { status, body } = await update(settings)
    t.equal(status, 200, body.Message)
    t.strictSame({ ...(await get()), ...settings }, await get())
  })
}

for (const [settings, message] of [
  [{ Limits: { Daily: -1 } }, 'Limits.Daily must be from 1 to 100, or 0 for no limit; got -1'],
  [{ Limits: { Daily: 101 } }, /^Limits\.Daily must be from 1 to 100/],
  [{ Limits: { Total: 101 } }, /^Limits\.Total must be from 1 to 100/],
  [{ Limits: { Session: -1 } }, /^Limits\.Session must be from 1 to 2147483647/],
  [
    { Limits: { MaximumDuration: 59 } },
    'Limits.MaximumDuration must be from 60 to 2147483647, or 0 for no limit; got 59',
  ],
  [{ Limits: { MaximumDuration: 2 ** 31 } }, /^Limits\.MaximumDuration must be from 60 to 2147483647/],
  [{ Limits: { MessagesPerSecond: 20_001 } }, /^Limits\.MessagesPerSecond must be from 1 to 20000/],
  [{ Limits: { Daily: 1.5 } }, 'Limits.Daily must be a whole number; got 1.5'],
  [{ Limits: { Daily: '3' } }, 'Limits.Daily must be a whole number; got "3"'],
  [{ Limits: [] }, /^Limits must be an object/],
  [{ JourneyLimits: { DailyCap: 101 } }, /^JourneyLimits\.DailyCap must be from 1 to 100/],
  [{ JourneyLimits: { TotalCap: 101 } }, /^JourneyLimits\.TotalCap must be from 1 to 100/],
  [
    { JourneyLimits: { TimeframeCap: { Cap: 101 } } },
    /^JourneyLimits\.TimeframeCap\.Cap must be from 1 to 100/,
  ],
  [
    { JourneyLimits: { TimeframeCap: { Days: 31 } } },
    /^JourneyLimits\.TimeframeCap\.Days must be from 1 to 30/,
  ],
  [
    { QuietTime: { Start: '24:00' } },
    'QuietTime.Start must be a time from 00:00 to 23:59 in the form HH:MM; got "24:00"',
  ],
  [{ QuietTime: { End: '2:30' } }, /^QuietTime\.End must be a time .* HH:MM; got "2:30"$/],
  [{ QuietTime: { End: '02:60' } }, /^QuietTime\.End must be a time/],
  [{ QuietTime: { End: '02:30\n' } }, /^QuietTime\.End must be a time/],
  [{ CampaignHook: { Mode: 'BOTH' } }, 'CampaignHook.Mode must be one of DELIVERY, FILTER; got "BOTH"'],
  [
    { CampaignHook: { WebUrl: 'ftp://files.example.com/x' } },
    'CampaignHook.WebUrl must be a URL that begins with https:// or http://; got "ftp://files.example.com/x"',
  ],
  [
    { CampaignHook: { LambdaFunctionName: 'offers', WebUrl: 'https://example.com/hook' } },
    'CampaignHook must have LambdaFunctionName or WebUrl, not both',
  ],
  [{ CampaignHook: { WebUrl: 7 } }, 'CampaignHook.WebUrl must be a string; got 7'],
  [{ EventTaggingEnabled: 'yes' }, 'EventTaggingEnabled must be true or false; got "yes"'],
  [{ CloudWatchMetricsEnabled: 1 }, 'CloudWatchMetricsEnabled must be true or false; got 1'],
  [undefined, /^The request body is required/],
] as const) {
  t.test(`${JSON.stringify(settings)} answers 400, and the settings stay`, async t => {
    const { call, url, get, update } = await withSettings()
    await update(allSettings)
    const before = await get()
    const body = settings && { CampaignHook: { LambdaFunctionName: 'other' }, ...settings }
    isError(t, await call('PUT', url, body), 400, 'BadRequestException', message)
    t.strictSame(await get(), before)
  })
}

t.test('an unknown application answers 404 NotFoundException, whatever the body is', async t => {
  const answer = await sharedTestApp().call('PUT', '/v1/apps/nope/settings', { Limits: 7 })
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})
