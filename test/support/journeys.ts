import { sharedTestApp } from './helpers.ts'

/** A journey that can be published: it waits a day and sends a text message. */
export const journeyOf = (SegmentId: string, more: object = {}) => ({
  Name: 'welcome',
  State: 'ACTIVE',
  StartCondition: { SegmentStartCondition: { SegmentId } },
  StartActivity: 'wait',
  Activities: {
    wait: { Wait: { WaitTime: { WaitFor: 'P1D' }, NextActivity: 'hello' } },
    hello: { SMS: { TemplateName: 'hello' } },
  },
  ...more,
})

/** An application with a segment of all its endpoints and a template, on the HTTP side alone. */
export async function withJourneys() {
  const { app: server, call, createApp, store } = sharedTestApp()
  const { Id: app, Arn: appArn } = await createApp({ Name: 'shop' })
  const { Id: segment } = (await call('POST', `/v1/apps/${app}/segments`, { Name: 'all' })).body
  await call('POST', '/v1/templates/hello/sms', { Body: 'Hello' })
  const url = `/v1/apps/${app}/journeys`
  return {
    server,
    call,
    store,
    app,
    appArn,
    segment,
    url,
    create: (more: object = {}) => call('POST', url, journeyOf(segment, more)),
    /** Creates a draft and gives its path. */
    draft: async (more: object = {}): Promise<string> =>
      `${url}/${(await call('POST', url, journeyOf(segment, { State: 'DRAFT', ...more }))).body.Id}`,
  }
}
