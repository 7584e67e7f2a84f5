import { sharedTestApp } from './helpers.ts'

/** The time of the next day, far from any limit. */
export const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString()

/** A campaign over a segment that says as little as it may. */
export const campaignOf = (SegmentId: string, more: object = {}) => ({
  Name: 'spring',
  SegmentId,
  Schedule: { StartTime: tomorrow() },
  MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
  ...more,
})

/** An application with a segment of all its endpoints, on the HTTP side alone. */
export async function withCampaigns() {
  const { call, createApp, store } = sharedTestApp()
  const { Id: app, Arn: appArn } = await createApp({ Name: 'shop' })
  const { Id: segment } = (await call('POST', `/v1/apps/${app}/segments`, { Name: 'all' })).body
  const url = `/v1/apps/${app}/campaigns`
  return {
    ...{ call, store, app, appArn, segment, url },
    create: (more: object = {}) => call('POST', url, campaignOf(segment, more)),
  }
}
