import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { call, createApp, createImportJob, waitForJob } from './client.ts'
import { makeFolder, type Server, startEmulator } from './servers.ts'
import { beginTable, perSecond, seconds } from './table.ts'

/** Participants of the journey, whatever the rows of the data set. */
const participants = 10_000

/** Calls of PutEvents, and their events. */
const calls = 50
const events = 100

/** A journey that is advanced by thirty days, and PutEvents while an event campaign listens. */
export async function benchJourneys(bench: Bench): Promise<void> {
  const addRow = beginTable(bench, 'Journeys and events')
  await writeEndpoints(join(bench.bucket, 'journey.csv'))
  const journeys = []
  const rates = []
  for (const build of bench.builds) {
    const server = await startEmulator(bench, build, makeFolder(bench, 'journey'))
    const app = await createApp(server)
    await call('PUT', `${server.url}${app}/channels/sms`, {})
    await call('POST', `${server.url}/v1/templates/bench/sms`, { Body: 'Hello {{Attributes.Name}}.' })
    const job = await createImportJob(server, app, 'journey.csv')
    const { answer } = await waitForJob(server, job, Date.now())
    rates.push({ figure: await measureEvents(server, app) })
    journeys.push({ figure: await measureJourney(server, app, answer.Definition.SegmentId) })
    await server.stop()
  }
  addRow({
    what: `10 activities, ${participants.toLocaleString('en')} participants, by 30 days`,
    measured: journeys,
    unit: seconds,
    goal: { of: 'figure', atMost: 30 },
  })
  addRow({
    what: `PutEvents of ${events}, a tenth start a campaign, events`,
    measured: rates,
    unit: perSecond,
    goal: { of: 'figure', atLeast: 500 },
  })
}

/** Seconds to advance a journey to its end: five messages, each followed by a wait of five days. */
async function measureJourney({ url }: Server, app: string, SegmentId: string): Promise<number> {
  const Activities: Record<string, object> = {}
  for (let number = 1; number <= 5; number++) {
    Activities[`sms${number}`] = { SMS: { TemplateName: 'bench', NextActivity: `wait${number}` } }
    const next = number < 5 && { NextActivity: `sms${number + 1}` }
    Activities[`wait${number}`] = { Wait: { WaitTime: { WaitFor: 'P5D' }, ...next } }
  }
  await call('PUT', `${url}/_pinpoint/clock`, { mode: 'frozen' })
  const { Id } = await call('POST', `${url}${app}/journeys`, {
    Name: 'bench',
    State: 'ACTIVE',
    StartCondition: { SegmentStartCondition: { SegmentId } },
    StartActivity: 'sms1',
    Activities,
  })
  const begun = performance.now()
  await call('POST', `${url}/_pinpoint/clock/advance`, { by: 'P30D' })
  const time = (performance.now() - begun) / 1000
  const { Metrics } = await call('GET', `${url}${app}/journeys/${Id}/execution-metrics`)
  if (Metrics.ENDPOINT_LEFT !== String(participants))
    throw new Error(`it is not over: ${JSON.stringify(Metrics)}`)
  return time
}

/** Events a second that PutEvents takes. */
async function measureEvents({ url }: Server, app: string): Promise<number> {
  const now = Date.now()
  const { Id } = await call('POST', `${url}${app}/segments`, {
    Dimensions: { Demographic: { Channel: { DimensionType: 'INCLUSIVE', Values: ['SMS'] } } },
  })
  await call('POST', `${url}${app}/campaigns`, {
    SegmentId: Id,
    Schedule: {
      Frequency: 'EVENT',
      StartTime: new Date(now + 1_000).toISOString(),
      EndTime: new Date(now + 3_600_000).toISOString(),
      EventFilter: {
        FilterType: 'ENDPOINT',
        Dimensions: { EventType: { DimensionType: 'INCLUSIVE', Values: ['bought'] } },
      },
    },
    TemplateConfiguration: { SMSTemplate: { Name: 'bench' } },
  })
  await call('POST', `${url}/_pinpoint/clock/advance`, { by: 'PT1M' })
  const Timestamp = new Date(now).toISOString()
  const body = (from: number) => ({
    BatchItem: Object.fromEntries(
      Array.from({ length: events }, (_, index) => [
        `e${from + index}`,
        {
          Endpoint: {},
          Events: { event: { EventType: index % 10 === 0 ? 'bought' : 'seen', Timestamp } },
        },
      ]),
    ),
  })
  const begun = performance.now()
  for (let index = 0; index < calls; index++) await call('POST', `${url}${app}/events`, body(index * events))
  const rate = (calls * events * 1000) / (performance.now() - begun)
  const { items } = await call('GET', `${url}/_pinpoint/messages?wait=10&page-size=1`)
  if (items.length === 0) throw new Error('the campaign has sent nothing')
  return rate
}

async function writeEndpoints(file: string): Promise<void> {
  const output = createWriteStream(file)
  output.write('Id,ChannelType,Address,Attributes.Name\n')
  for (let index = 0; index < participants; index++) {
    output.write(`e${index},SMS,+1555${1_000_000 + index},Name ${index}\n`)
  }
  await new Promise<void>(resolve => output.end(resolve))
}
