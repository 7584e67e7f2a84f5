import t, { type Test } from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { countRows } from '../support/database.ts'
import { until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { journeyOf } from '../support/journeys.ts'

const later = { StartTime: '2027-03-01T10:00:00Z' }

/** A template with two versions, of which the first is active, and campaigns that send it in an hour. */
async function setUp(t: Test) {
  const dataDir = makeFolder(t)
  const emulator = await withRunningCampaigns(t, { env: { DATA_DIR: dataDir } })
  const { ok, endpoints, create } = emulator
  await endpoints({ Id: 'e1' })
  await ok('POST', '/v1/templates/hello/sms', { Body: 'one' })
  await ok('PUT', '/v1/templates/hello/sms?create-new-version=true', { Body: 'two' })
  const by = (template: object) =>
    create({
      MessageConfiguration: {},
      TemplateConfiguration: { SMSTemplate: { Name: 'hello', ...template } },
      Schedule: later,
    })
  return { ...emulator, dataDir, by }
}

t.test('scheduled campaigns send a template that was deleted, in the version that they mean', async t => {
  const { ok, control, by, advance, messages, statusOf } = await setUp(t)
  const campaigns = { active: await by({}), pinned: await by({ Version: '2' }) }
  const latest = await by({ Version: 'latest' })
  await ok('DELETE', '/v1/templates/hello/sms')
  t.equal((await control('GET', '/v1/templates/hello/sms')).status, 404)
  await advance({ by: 'PT1H' })
  matchEach(t, await messages(campaigns.active), [{ body: 'one', template: { name: 'hello', version: '1' } }])
  matchEach(t, await messages(campaigns.pinned), [{ body: 'two', template: { name: 'hello', version: '2' } }])
  matchEach(t, await messages(latest), [{ body: 'two' }])
  t.equal(await statusOf(campaigns.active), 'COMPLETED')
})

t.test('a campaign whose template was deleted can be changed, and sends it', async t => {
  const { ok, control, create, url, advance, messages } = await setUp(t)
  const templated = (Name: string) => ({
    MessageConfiguration: {},
    TemplateConfiguration: { SMSTemplate: { Name } },
  })
  const treatment = { SizePercent: 100, ...templated('hello') }
  const id = await create({ ...templated('hello'), AdditionalTreatments: [treatment], Schedule: later })
  await ok('DELETE', '/v1/templates/hello/sms')
  const put = (change: object) => ok('PUT', `${url}/${id}`, change)
  await put({ Name: 'summer', Limits: { Daily: 1 } })
  await put({ IsPaused: true })
  await put({ IsPaused: false, Schedule: { ...later, EndTime: '2027-03-02T00:00:00Z' } })
  await put({ AdditionalTreatments: [{ ...treatment, TreatmentName: 'b' }] })
  for (const change of [
    templated('other'),
    { AdditionalTreatments: [{ ...treatment, ...templated('other') }] },
  ]) {
    const refused = await control('PUT', `${url}/${id}`, change)
    t.match(refused, { status: 404, body: { Message: 'Template not found: other' } })
  }
  await advance({ by: 'PT1H' })
  matchEach(t, await messages(id), [{ body: 'one', treatment: '1' }])
})

t.test('a template that was deleted is the same one, whether its version is empty or none', async t => {
  const { ok, by, control, url } = await setUp(t)
  const [empty, none] = [{ Name: 'hello', Version: '' }, { Name: 'hello' }]
  const ids = [[await by(empty), none] as const, [await by(none), empty] as const]
  await ok('DELETE', '/v1/templates/hello/sms')
  for (const [id, SMSTemplate] of ids) {
    await ok('PUT', `${url}/${id}`, { TemplateConfiguration: { SMSTemplate } })
    const other = { TemplateConfiguration: { SMSTemplate: { Name: 'hello', Version: '1' } } }
    const refused = await control('PUT', `${url}/${id}`, other)
    t.match(refused, { status: 404, body: { Message: 'Template not found: hello' } })
  }
})

t.test('a version that was deleted alone is sent by campaigns that name it', async t => {
  const { ok, by, advance, messages } = await setUp(t)
  const [active, pinned] = [await by({}), await by({ Version: '1' })]
  await ok('DELETE', '/v1/templates/hello/sms?version=1')
  await ok('DELETE', '/v1/templates/hello/sms')
  await advance({ by: 'PT1H' })
  // The active version was another by then.
  matchEach(t, await messages(active), [{ body: 'two' }])
  matchEach(t, await messages(pinned), [{ body: 'one' }])
})

t.test('a template that is created again counts first, if it has the version', async t => {
  const { ok, by, advance, messages } = await setUp(t)
  const [active, pinned] = [await by({}), await by({ Version: '2' })]
  await ok('DELETE', '/v1/templates/hello/sms')
  await ok('POST', '/v1/templates/hello/sms', { Body: 'new' })
  await advance({ by: 'PT1H' })
  matchEach(t, await messages(active), [{ body: 'new' }])
  matchEach(t, await messages(pinned), [{ body: 'two' }])
})

t.test('latest is the latest version of the template that was deleted last under the name', async t => {
  const { ok, by, advance, messages } = await setUp(t)
  const [latest, pinned] = [await by({ Version: 'latest' }), await by({ Version: '2' })]
  await ok('DELETE', '/v1/templates/hello/sms')
  await ok('POST', '/v1/templates/hello/sms', { Body: 'new' })
  await ok('DELETE', '/v1/templates/hello/sms')
  await advance({ by: 'PT1H' })
  matchEach(t, await messages(latest), [{ body: 'new', template: { version: '1' } }])
  matchEach(t, await messages(pinned), [{ body: 'two' }])
})

t.test('journeys send a template that was deleted; new ones cannot name it', async t => {
  const { ok, control, app, segment, advance } = await setUp(t)
  const url = `/v1/apps/${app}/journeys`
  const { Id } = await ok('POST', url, journeyOf(segment))
  await ok('DELETE', '/v1/templates/hello/sms')
  t.equal((await control('POST', url, journeyOf(segment))).status, 400)
  const campaign = { SegmentId: segment, TemplateConfiguration: { SMSTemplate: { Name: 'hello' } } }
  const refused = await control('POST', `/v1/apps/${app}/campaigns`, {
    ...campaign,
    Schedule: later,
    MessageConfiguration: {},
  })
  t.equal(refused.status, 404)
  await advance({ by: 'P2D' })
  matchEach(t, (await ok('GET', `/_pinpoint/messages?journey=${Id}`)).items, [{ body: 'one' }])
})

t.test('a deleted template that nothing can send is not kept', async t => {
  const { ok, app, url, segment, by, dataDir } = await setUp(t)
  const kept = () => countRows(dataDir).deleted_templates
  const campaign = await by({})
  const journey = await ok('POST', `/v1/apps/${app}/journeys`, journeyOf(segment))
  await ok('POST', '/v1/templates/other/sms', { Body: 'Nobody names it' })
  await ok('DELETE', '/v1/templates/other/sms')
  await ok('DELETE', '/v1/templates/hello/sms')
  t.equal(kept(), 2)
  await ok('DELETE', `${url}/${campaign}`)
  await ok('DELETE', `/v1/apps/${app}/journeys/${journey.Id}`)
  await until(() => kept() === undefined || undefined, 'all to be purged')
})
