import type { Test } from 'tap'
import type { ActivityResponse } from '../../server/model/campaign.ts'
import type { EndpointBatchItem } from '../../server/model/endpoint.ts'
import type { OutboxMessage } from '../../server/model/message.ts'
import { controlOf, okOf } from './control.ts'
import { createAppBy, sharedTestApp, startEmulator } from './helpers.ts'
import { channelSettings } from './sending.ts'

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
    call,
    store,
    app,
    appArn,
    segment,
    url,
    create: (more: object = {}) => call('POST', url, campaignOf(segment, more)),
  }
}

/** The schedule of a campaign that starts as soon as it is created. */
export const atOnce = { StartTime: 'IMMEDIATE' }

/**
 * A whole emulator whose clock stands still at a time, with an application that can send by SMS and
 * e-mail, and a segment of all its endpoints. Calls go through HTTP; `send` takes commands of the SDK.
 */
export async function withRunningCampaigns(
  t: Test,
  { now = '2027-03-01T09:00:00.000Z', env = {} }: { now?: string; env?: Record<string, string> } = {},
) {
  const emulator = await startEmulator(t, env)
  const control = controlOf(emulator.url)
  await control('PUT', '/_pinpoint/clock', { mode: 'frozen', now })
  return { ...emulator, server: emulator.app, control, ...(await prepareCampaigns(control)) }
}

/** Makes what campaigns need, with calls to an emulator. */
export async function prepareCampaigns(control: ReturnType<typeof controlOf>) {
  const ok = okOf(control)
  const { Id: app } = await createAppBy(control)
  const { Id: segment } = await ok('POST', `/v1/apps/${app}/segments`, { Name: 'all' })
  await ok('PUT', `/v1/apps/${app}/channels/sms`, {})
  await ok('PUT', `/v1/apps/${app}/channels/email`, channelSettings.EMAIL)
  const url = `/v1/apps/${app}/campaigns`
  /** Makes endpoints, each with an id; an SMS address unless it says another. */
  const endpoints = async (...items: EndpointBatchItem[]): Promise<void> => {
    for (let from = 0; from < items.length; from += 100) {
      const Item = items.slice(from, from + 100).map((item, index) => ({
        ChannelType: 'SMS',
        Address: `+1555${1_000_000 + from + index}`,
        ...item,
      }))
      await ok('PUT', `/v1/apps/${app}/endpoints`, { Item })
    }
  }
  return {
    app,
    segment,
    url,
    ok,
    endpoints,

    /** Deletes an endpoint, and creates it again. */
    async recreate(Id: string, more: object = {}) {
      await ok('DELETE', `/v1/apps/${app}/endpoints/${Id}`)
      await endpoints({ Id, ...more })
    },

    /** Creates a campaign, and gives its id. */
    async create(more: object = {}): Promise<string> {
      const { Id } = await ok('POST', url, campaignOf(segment, { Schedule: atOnce, ...more }))
      return Id
    },

    /** Runs what is due at the time of the clock, or up to a later one. */
    advance: (to: object = { by: 'PT0S' }) => ok('POST', '/_pinpoint/clock/advance', to),

    statusOf: async (id: string): Promise<string> => (await ok('GET', `${url}/${id}`)).State.CampaignStatus,

    activities: async (id: string): Promise<ActivityResponse[]> =>
      (await ok('GET', `${url}/${id}/activities`)).Item,

    /** The messages of a campaign, the oldest first. */
    async messages(campaign: string): Promise<OutboxMessage[]> {
      const { items } = await ok('GET', `/_pinpoint/messages?campaign=${campaign}&page-size=1000`)
      return items.reverse()
    },
  }
}
