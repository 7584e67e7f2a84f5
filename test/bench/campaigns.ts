import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { call, createApp, createImportJob, timeOf, waitForJob } from './client.ts'
import { makeFolder, startEmulator } from './servers.ts'
import { beginTable, type Measured, milliseconds, perSecond } from './table.ts'

/** Endpoints of the campaign, whatever the rows of the data set. */
const endpoints = 100_000

/** Milliseconds between two calls while it runs. */
const pause = 20

/**
 * An IMMEDIATE campaign with a template, beside the import of its endpoints; and how long GetApps takes
 * meanwhile.
 */
export async function benchCampaigns(bench: Bench): Promise<void> {
  const addRow = beginTable(bench, `A campaign to ${endpoints.toLocaleString('en')} endpoints`)
  await writeEndpoints(join(bench.bucket, 'campaign.csv'))
  const rates: Measured[] = []
  const waits: Measured[] = []
  for (const build of bench.builds) {
    const server = await startEmulator(bench, build, makeFolder(bench, 'campaign'))
    const app = await createApp(server)
    await call('PUT', `${server.url}${app}/channels/sms`, {})
    const Body = 'Hello {{Attributes.Name}}, your plan is {{Attributes.Plan}}.'
    await call('POST', `${server.url}/v1/templates/bench/sms`, { Body })
    const job = await createImportJob(server, app, 'campaign.csv')
    const { answer, seconds } = await waitForJob(server, job, Date.now())
    const campaigns = `${server.url}${app}/campaigns`
    const begun = performance.now()
    const { Id } = await call('POST', campaigns, {
      SegmentId: answer.Definition.SegmentId,
      Schedule: { StartTime: 'IMMEDIATE' },
      TemplateConfiguration: { SMSTemplate: { Name: 'bench' } },
    })
    const times: number[] = []
    for (let status = ''; status !== 'COMPLETED'; await setTimeout(pause)) {
      times.push(await timeOf('GET', `${server.url}/v1/apps`))
      status = (await call('GET', `${campaigns}/${Id}`)).State.CampaignStatus
    }
    const rate = (endpoints * 1000) / (performance.now() - begun)
    times.sort((a, b) => a - b)
    rates.push({ figure: rate, yardstick: endpoints / seconds })
    waits.push({ figure: times[Math.floor(times.length * 0.99)]! })
    await server.stop()
  }
  addRow({
    what: 'endpoints per second',
    measured: rates,
    of: 'their import',
    unit: perSecond,
    goal: { of: 'ratio', atLeast: 0.33 },
  })
  addRow({
    what: 'GetApps meanwhile, 99th percentile',
    measured: waits,
    unit: milliseconds,
    goal: { of: 'figure', atMost: 10 },
  })
}

async function writeEndpoints(file: string): Promise<void> {
  const output = createWriteStream(file)
  output.write('Id,ChannelType,Address,User.UserId,Attributes.Name,Attributes.Plan\n')
  for (let index = 0; index < endpoints; index++) {
    const plan = index % 2 === 0 ? 'free' : 'pro'
    output.write(`e${index},SMS,+1555${1_000_000 + index},u${index},Name ${index},${plan}\n`)
  }
  await new Promise<void>(resolve => output.end(resolve))
}
