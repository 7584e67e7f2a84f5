import { createTickingApp } from './ticking-app.ts'

/** An application, and calls on its settings. A second passes with each write. */
export async function withSettings() {
  const { call, createApp, app, CreationDate } = await createTickingApp()
  const url = `/v1/apps/${app}/settings`
  return {
    call,
    createApp,
    app,
    CreationDate,
    url,
    get: async () => (await call('GET', url)).body,
    update: (settings: object) => call('PUT', url, settings),
  }
}

/** Settings with every member that there is. */
export const allSettings = {
  CampaignHook: { Mode: 'FILTER', WebUrl: 'https://example.com/hook' },
  JourneyLimits: { DailyCap: 5, TimeframeCap: { Cap: 10, Days: 7 }, TotalCap: 100 },
  Limits: { Daily: 3, MaximumDuration: 600, MessagesPerSecond: 50, Session: 2, Total: 100 },
  QuietTime: { End: '03:00', Start: '22:30' },
}
