import t, { type Test } from 'tap'
import { createCampaignRuns } from '../../../server/campaigns/run-campaigns.ts'
import { createRendererLoader } from '../../../server/delivery/render-content.ts'
import { campaignOf } from '../../support/campaigns.ts'
import { isError } from '../../support/helpers.ts'
import { withSending } from '../../support/sending.ts'

const start = Date.parse('2027-03-01T09:00:00.000Z')
const config = { region: 'us-east-1', accountId: '123456789012', quotas: true }

/**
 * An application with a segment of all its endpoints, where QUOTAS are on, and steps of campaigns as the
 * worker does them.
 */
async function withCounts(t: Test) {
  let now = new Date(start)
  const { call, app, store, endpoint } = await withSending(t, { now: () => now, config })
  const segment = (await call('POST', `/v1/apps/${app}/segments`, { Name: 'all' })).body.Id
  const url = `/v1/apps/${app}/campaigns`
  const runs = createCampaignRuns({
    store,
    hooks: { hookHosts: undefined, lambdaEndpoint: undefined },
    missingVariables: 'fail',
    loadRenderer: createRendererLoader(),
    onMessages: () => {},
    onEvents: () => {},
    onError: error => {
      throw error
    },
  })
  const Schedule = { StartTime: '2027-04-01T00:00:00Z' }
  return {
    call,
    url,
    endpoint,
    create: (more: object = {}) => call('POST', url, campaignOf(segment, { Schedule, ...more })),
    /** Does what is due up to a time. */
    async run(until: number) {
      for (;;) {
        const due = store.campaignDueRows.nextDue()
        if (due === undefined || due > until) break
        now = new Date(due)
        await runs.runStep(now)
      }
      now = new Date(until)
    },
  }
}

t.test('QUOTAS=on allows 200 campaigns that are SCHEDULED, EXECUTING or PENDING_NEXT_RUN', async t => {
  const { call, url, endpoint, create, run } = await withCounts(t)
  for (const digit of [1, 2, 3]) {
    await endpoint(`e${digit}`, { ChannelType: 'SMS', Address: `+1555123456${digit}` })
  }
  const full = (answer: Awaited<ReturnType<typeof create>>) =>
    isError(t, answer, 400, 'BadRequestException', 'An account must have at most 200 active campaigns')
  const slow = await create({ Schedule: { StartTime: 'IMMEDIATE' }, Limits: { MessagesPerSecond: 1 } })
  await run(start + 1000)
  t.match((await call('GET', `${url}/${slow.body.Id}`)).body, { State: { CampaignStatus: 'EXECUTING' } })
  for (let made = 1; made < 200; made++) t.equal((await create()).status, 201)
  full(await create())
  const paused = await create({ IsPaused: true })
  t.equal(paused.status, 201, 'a paused campaign is not active')
  const resume = () => call('PUT', `${url}/${paused.body.Id}`, { IsPaused: false })
  full(await resume())
  t.match((await call('GET', `${url}/${paused.body.Id}`)).body, { IsPaused: true, Version: 1 })
  await run(start + 5000)
  t.match((await call('GET', `${url}/${slow.body.Id}`)).body, { State: { CampaignStatus: 'COMPLETED' } })
  t.equal((await resume()).status, 200, 'the slow one is over')
  full(await create())
})

t.test('QUOTAS=on allows an application 25 event campaigns, by whichever Schedule', async t => {
  const { call, url, create } = await withCounts(t)
  const Schedule = {
    StartTime: '2027-04-01T00:00:00Z',
    Frequency: 'EVENT',
    EventFilter: { FilterType: 'ENDPOINT', Dimensions: { EventType: { Values: ['buy'] } } },
  }
  const byTreatment = {
    AdditionalTreatments: [
      { SizePercent: 50, Schedule, MessageConfiguration: { SMSMessage: { Body: 'B' } } },
    ],
  }
  const full = (answer: Awaited<ReturnType<typeof create>>) =>
    isError(t, answer, 400, 'BadRequestException', 'An application must have at most 25 EVENT campaigns')
  const { body: other } = await create()
  for (let made = 0; made < 24; made++) t.equal((await create({ Schedule })).status, 201)
  const { body: last } = await create(byTreatment)
  full(await create({ Schedule }))
  full(await create(byTreatment))
  full(await call('PUT', `${url}/${other.Id}`, { Schedule }))
  t.match((await call('GET', `${url}/${other.Id}`)).body, { Version: 1 })
  t.equal((await call('PUT', `${url}/${last.Id}`, { Name: 'summer' })).status, 200)
})
