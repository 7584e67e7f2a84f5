import type { Test } from 'tap'
import { buildTestApp } from './helpers.ts'

/** An application whose clock goes on by a second with each call that reads it. */
export async function withSettings(t: Test) {
  let seconds = 0
  const { call } = buildTestApp(t, { now: () => new Date(Date.UTC(2026, 0, 2, 3, 4, seconds++)) })
  const { Id, CreationDate } = (await call('POST', '/v1/apps', { Name: 'shop' })).body
  const url = `/v1/apps/${Id}/settings`
  return {
    call,
    url,
    app: Id as string,
    CreationDate: CreationDate as string,
    get: async () => (await call('GET', url)).body,
    update: (settings: object) => call('PUT', url, settings),
  }
}

/** Settings with every member that there is. */
export const allSettings = {
  CampaignHook: { LambdaFunctionName: 'lfn', Mode: 'FILTER', WebUrl: 'https://example.com/hook' },
  JourneyLimits: { DailyCap: 5, TimeframeCap: { Cap: 10, Days: 7 }, TotalCap: 100 },
  Limits: { Daily: 3, MaximumDuration: 600, MessagesPerSecond: 50, Session: 2, Total: 100 },
  QuietTime: { End: '03:00', Start: '22:30' },
}
