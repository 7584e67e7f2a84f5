import { readFileSync } from 'node:fs'
import { CreateCampaignCommand, GetCampaignsCommand, PutEventsCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { rowsOf, sectionOf } from '../docs/pages.ts'
import { answerOf, createApp, isError, sharedTestApp, startEmulator } from '../support/helpers.ts'

interface Operation {
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  uri: string
}
const operations: Operation[] = JSON.parse(
  readFileSync(new URL('../../fixtures/operations.json', import.meta.url), 'utf8'),
)

/** Those that the page of operations says are not served. */
const namesNotServed = new Set(
  rowsOf(sectionOf('docs/operations.md', 'Operations served')).flatMap(([, , names]) => names!.split(', ')),
)
const notServed = operations.filter(({ name }) => namesNotServed.has(name))

for (const [title, payload] of Object.entries({
  'without a body': undefined,
  'with a body': '{"Name":"x"}',
  'with a body that is not JSON': '{bad',
  'with a body that is no object': '[7]',
})) {
  t.test(`each of them answers 501 ${title}, and its name`, async t => {
    const { app, createApp } = sharedTestApp()
    const { Id } = await createApp({ Name: 'x' })
    for (const { name, method, uri } of notServed) {
      const url = uri.replace('{application-id}', Id).replace(/\{[^}]+\}/g, 'x')
      const response = await app.inject({ method, url, ...(payload !== undefined && { payload }) })
      const message = new RegExp(`^${name} is not served yet`)
      isError(t, answerOf(response), 501, 'NotImplementedException', message)
    }
  })
}

t.test(
  'an operation that is not served answers 501 for an unknown application and a wrong query too',
  async t => {
    const { call } = sharedTestApp()
    const answer = await call('GET', '/v1/apps/nope/campaigns?page-size=x&token=x')
    isError(t, answer, 501, 'NotImplementedException', /^GetCampaigns is not served yet/)
  },
)

t.test('the real SDK reads the exception and its message', async t => {
  const { client } = await startEmulator(t)
  const ApplicationId = await createApp(client)
  const asked: [name: string, answer: Promise<unknown>][] = [
    ['GetCampaigns', client.send(new GetCampaignsCommand({ ApplicationId }))],
    ['PutEvents', client.send(new PutEventsCommand({ ApplicationId, EventsRequest: { BatchItem: {} } }))],
  ]
  for (const [name, answer] of asked) {
    const expected = { name: 'NotImplementedException', message: new RegExp(`^${name} is not served yet`) }
    await t.rejects(answer, expected, name)
  }
})

t.test('the real SDK reads the exception when it sends a body of megabytes', async t => {
  const { client } = await startEmulator(t)
  const command = new CreateCampaignCommand({
    ApplicationId: await createApp(client),
    WriteCampaignRequest: { Description: 'x'.repeat(5_000_000) },
  })
  for (let attempt = 1; attempt <= 3; attempt++) {
    await t.rejects(client.send(command), { name: 'NotImplementedException' }, `attempt ${attempt}`)
  }
})
