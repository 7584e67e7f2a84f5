import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { prepareCampaigns } from '../support/campaigns.ts'
import { controlOf } from '../support/control.ts'
import { expectSound } from '../support/database.ts'
import { until } from '../support/helpers.ts'
import { spawnEmulator } from '../support/spawn.ts'

t.test('a campaign that is killed again and again sends each message once', async t => {
  const dataDir = makeFolder(t)
  const env = { DATA_DIR: dataDir }
  const count = 6000
  let emulator = await spawnEmulator(t, env)
  const first = await prepareCampaigns(controlOf(emulator.url))
  await first.endpoints(...Array.from({ length: count }, (_, index) => ({ Id: `e${index}` })))
  const id = await first.create({
    HoldoutPercent: 10,
    AdditionalTreatments: [{ SizePercent: 40, MessageConfiguration: { SMSMessage: { Body: 'B' } } }],
  })
  const sentBy = async () => {
    const path = `/_pinpoint/messages?campaign=${id}&page-size=1`
    const { body } = await controlOf(emulator.url)('GET', path)
    return body.last as number
  }
  let before = 0
  for (let kill = 0; kill < 3; kill++) {
    const sent = await until(async () => {
      const last = await sentBy()
      return last > before ? last : undefined
    }, 'more messages')
    await emulator.end('SIGKILL')
    before = sent
    emulator = await spawnEmulator(t, env)
    if ((await sentBy()) > 0.9 * count) break
  }

  const control = controlOf(emulator.url)
  const get = async (path: string) => (await control('GET', path)).body
  await until(
    async () => (await get(`${first.url}/${id}`)).State.CampaignStatus === 'COMPLETED' || undefined,
    'the campaign',
  )
  const endpoints: string[] = []
  let token = ''
  do {
    const page = await get(`/_pinpoint/messages?campaign=${id}&page-size=1000${token}`)
    for (const { endpoint } of page.items) endpoints.push(endpoint)
    token = page.nextToken === undefined ? '' : `&token=${page.nextToken}`
  } while (token !== '')
  t.equal(new Set(endpoints).size, endpoints.length, 'nobody got it twice')
  const { Item } = await get(`${first.url}/${id}/activities`)
  t.equal(Item.length, 2)
  let sent = 0
  let others = 2 * count
  for (const { SuccessfulEndpointCount, TotalEndpointCount, ExecutionMetrics } of Item) {
    t.equal(ExecutionMetrics.ENDPOINT_PRODUCED, String(count))
    t.equal(SuccessfulEndpointCount, TotalEndpointCount)
    sent += SuccessfulEndpointCount
    others -= Number(ExecutionMetrics.TREATMENT_HOLDOUT)
  }
  t.equal(sent, endpoints.length)
  t.equal(others, endpoints.length, 'each has one message or one reason')
  t.equal((await emulator.end('SIGTERM')).code, 0)
  expectSound(t, dataDir)
})
