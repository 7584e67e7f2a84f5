import { fillOutbox } from '../support/fill-outbox.ts'
import type { Bench } from './bench.ts'
import { call, createApp } from './client.ts'
import { makeFolder, type Server, startEmulator, startServer } from './servers.ts'
import { beginTable, milliseconds, perSecond } from './table.ts'

const recipients = 100
const calls = 50
const rounds = 5

/** The shortest of some times, in milliseconds. */
async function shortest(count: number, work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let index = 0; index < count; index++) {
    const begun = performance.now()
    await work()
    best = Math.min(best, performance.now() - begun)
  }
  return best
}

/** Sending, beside writing endpoints; reading a large outbox, beside a small one; waiting. */
export async function benchMessages(bench: Bench): Promise<void> {
  const addRow = beginTable(bench, 'Messages')
  const figures = []
  for (const build of bench.builds) {
    const server = await startEmulator(bench, build)
    figures.push(await measureSending(server))
    await server.stop()
  }
  addRow({
    what: 'SendMessages to 100 endpoints by a template, recipients',
    measured: figures.map(({ sent, written }) => ({ figure: sent, yardstick: written })),
    of: 'UpdateEndpointsBatch',
    unit: perSecond,
    goal: { of: 'ratio', atLeast: 0.5 },
  })
  addRow({
    what: 'a wait, from the send to its answer',
    measured: figures.map(({ waited }) => ({ figure: waited })),
    unit: milliseconds,
    goal: { of: 'figure', atMost: 20 },
  })

  const [large, small] = [bench.rows, 1_000]
  const ofLarge = `of ${large.toLocaleString('en')} messages`
  const newest = []
  for (const { main } of bench.builds) {
    const figure = await measureReading(bench, main, large)
    newest.push({ figure, yardstick: await measureReading(bench, main, small) })
  }
  addRow({
    what: `the newest 100, ${ofLarge}`,
    measured: newest,
    of: `of ${small.toLocaleString('en')}`,
    unit: milliseconds,
    goal: { of: 'ratio', atMost: 2 },
  })
  for (const [what, query] of [
    ['the newest 100 of an address, that every hundredth message has', '&address=%2B15550000007'],
    ['the newest 100 that failed, every hundredth', '&status=PERMANENT_FAILURE'],
    ['the only message of an address, the oldest', '&address=%2B15551234567'],
  ] as const) {
    const measured = []
    for (const { main } of bench.builds) {
      measured.push({ figure: await measureReading(bench, main, large, query) })
    }
    addRow({ what: `${what}, ${ofLarge}`, measured, unit: milliseconds, goal: { of: 'figure', atMost: 100 } })
  }
}

async function measureSending(server: Server) {
  const { url } = server
  const app = url + (await createApp(server))
  await call('PUT', `${app}/channels/sms`, {})
  const Body =
    'Hi {{User.UserAttributes.FirstName}}, you have {{Attributes.Plan}}.{{#if code}} {{code}}{{/if}}'
  await call('POST', `${url}/v1/templates/hi/sms`, { Body })
  const endpoints = (plan: string) => ({
    Item: Array.from({ length: recipients }, (_, index) => ({
      Id: `e${index}`,
      ChannelType: 'SMS',
      Address: `+1555000${index}`,
      Attributes: { Plan: [plan] },
      User: { UserId: `user-${index}`, UserAttributes: { FirstName: ['Ada'] } },
    })),
  })
  const message = {
    MessageConfiguration: {},
    TemplateConfiguration: { SMSTemplate: { Name: 'hi' } },
    Endpoints: Object.fromEntries(endpoints('').Item.map(({ Id }) => [Id, {}])),
  }
  let round = 0
  const write = () => call('PUT', `${app}/endpoints`, endpoints(`plan-${round++}`))
  const send = () => call('POST', `${app}/messages`, message)
  const repeat = (work: () => Promise<unknown>) =>
    shortest(rounds, async () => {
      for (let index = 0; index < calls; index++) await work()
    })
  const [written, sent] = [await repeat(write), await repeat(send)]
  const inSecond = (time: number) => (calls * recipients * 1000) / time

  let after: number = (await call('GET', `${url}/_pinpoint/messages?page-size=1`)).last
  const waited = await shortest(20, async () => {
    const waiting = call('GET', `${url}/_pinpoint/messages?wait=10&after=${after}&page-size=1`)
    await send()
    await waiting
    after += recipients
  })
  return { written: inSecond(written), sent: inSecond(sent), waited }
}

/** Milliseconds to read the newest messages of an outbox, by an emulator of its own. */
async function measureReading(bench: Bench, main: string, count: number, query = ''): Promise<number> {
  const dataDir = makeFolder(bench, 'outbox')
  await fillOutbox(dataDir, count, describeMessage)
  const env = { DATA_DIR: dataDir, OUTBOX_LIMIT: String(count) }
  const server = await startServer(bench, [main], { env })
  const time = await shortest(50, () => call('GET', `${server.url}/_pinpoint/messages?page-size=100${query}`))
  await server.stop()
  return time
}

/**
 * A message of the outbox that is read: the first to an address of its own, the others to a hundred in turns.
 */
export const describeMessage = (index: number) => ({
  address: index === 0 ? '+15551234567' : `+155500000${String(index % 100).padStart(2, '0')}`,
  body: 'Hi Ada',
})
