import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { prepareCampaigns, withRunningCampaigns } from '../support/campaigns.ts'
import { spoilEndpoints, spoilTemplate, spoilTimings } from '../support/database.ts'
import { matchEach } from '../support/items.ts'
import { journeyOf } from '../support/journeys.ts'

t.test('an unexpected error in a campaign or journey ends it, and holds up nothing else', async t => {
  const dataDir = makeFolder(t)
  const spoilt = await withRunningCampaigns(t, { env: { DATA_DIR: dataDir } })
  const other = await prepareCampaigns(spoilt.control)
  for (const { endpoints } of [spoilt, other]) await endpoints({ Id: 'e1' })
  const later = { Schedule: { StartTime: '2027-03-01T10:00:00Z' } }
  await spoilt.ok('POST', '/v1/templates/spoilt/sms', { Body: 'x' })
  const [invalid, behind, sent] = [
    await spoilt.create({
      ...later,
      MessageConfiguration: {},
      TemplateConfiguration: { SMSTemplate: { Name: 'spoilt' } },
    }),
    await spoilt.create(later),
    await other.create(later),
  ]
  const journeyUrl = `/v1/apps/${spoilt.app}/journeys`
  const { Id: journey } = await spoilt.ok(
    'POST',
    journeyUrl,
    journeyOf(spoilt.segment, {
      StartActivity: 'hello',
      Activities: { hello: { SMS: { TemplateName: 'spoilt' } } },
      Schedule: { StartTime: later.Schedule.StartTime },
    }),
  )
  spoilTemplate(dataDir, 'spoilt', 'SMS')
  await spoilt.advance({ by: 'PT1H' })
  t.equal(await spoilt.statusOf(invalid), 'INVALID')
  matchEach(t, await spoilt.activities(invalid), [{ State: 'COMPLETED', Result: 'FAIL' }])
  t.strictSame(await spoilt.messages(invalid), [])
  t.equal((await spoilt.ok('GET', `${journeyUrl}/${journey}`)).State, 'CANCELLED')
  t.equal((await spoilt.messages(behind)).length, 1, 'a campaign of the same application')
  t.equal((await other.messages(sent)).length, 1, 'a campaign of another one')
})

t.test('an unexpected error at the start of a campaign or journey ends it, and nothing else', async t => {
  const dataDir = makeFolder(t)
  const emulator = await withRunningCampaigns(t, { env: { DATA_DIR: dataDir } })
  const { app, advance, control, create, endpoints, ok, segment, statusOf } = emulator
  const other = await prepareCampaigns(control)
  await endpoints({ Id: 'spoilt' })
  await other.endpoints({ Id: 'e1' })
  await ok('POST', '/v1/templates/hello/sms', { Body: 'Hi' })
  const Schedule = { StartTime: '2027-03-01T10:00:00Z' }
  const [ofSpoilt, invalid, sent] = [
    await create({ Schedule }),
    await create({ Schedule }),
    await other.create({ Schedule }),
  ]
  const journeyUrl = `/v1/apps/${app}/journeys`
  const { Id } = await ok('POST', journeyUrl, { ...journeyOf(segment), Schedule })
  spoilEndpoints(dataDir, 'spoilt')
  spoilTimings(dataDir, invalid)
  await advance({ by: 'PT1H' })
  t.equal((await ok('GET', `${journeyUrl}/${Id}`)).State, 'CANCELLED')
  t.equal(await statusOf(ofSpoilt), 'INVALID')
  t.equal(await statusOf(invalid), 'INVALID')
  t.equal((await other.messages(sent)).length, 1)
})
