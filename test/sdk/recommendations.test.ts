import t, { type Test } from 'tap'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { journeyOf } from '../support/journeys.ts'
import { recommender } from '../support/with-recommenders.ts'

/** Two endpoints, of which one has a user, a recommender, and a template that names it. */
async function setUp(t: Test, configuration: object = {}) {
  const emulator = await withRunningCampaigns(t)
  const { ok, endpoints } = emulator
  const { Id: RecommenderId } = await ok('POST', '/v1/recommenders', {
    ...{ ...recommender, RecommendationsPerMessage: 1 },
    ...configuration,
  })
  await ok('PUT', `/_pinpoint/recommenders/${RecommenderId}/items`, {
    endpoints: { e1: ['tea', 'pot'] },
    default: ['cup'],
  })
  await ok('POST', '/v1/templates/offer/sms', {
    Body: 'Buy a {{RecommendationItems}}',
    DefaultSubstitutions: '{"RecommendationItems":"book"}',
    RecommenderId,
  })
  await endpoints({ Id: 'e1', User: { UserId: 'ann' } }, { Id: 'e2' })
  const template = {
    MessageConfiguration: {},
    TemplateConfiguration: { SMSTemplate: { Name: 'offer' } },
  }
  /** What the messages say, by their endpoints; why there is none where one has failed. */
  const said = async (filter: string): Promise<Record<string, string>> => {
    const { items } = await ok('GET', `/_pinpoint/messages?${filter}`)
    return Object.fromEntries(
      items.map(({ endpoint, status, statusMessage, body }: Record<string, string>) => [
        endpoint,
        status === 'SUCCESSFUL' ? body : statusMessage,
      ]),
    )
  }
  return { ...emulator, RecommenderId, template, said }
}

t.test('campaigns and journeys say what a recommender recommends; direct messages the default', async t => {
  const { ok, app, segment, create, advance, template, said } = await setUp(t)
  const campaign = await create(template)
  const { Id: journey } = await ok(
    'POST',
    `/v1/apps/${app}/journeys`,
    journeyOf(segment, {
      StartActivity: 'offer',
      Activities: { offer: { SMS: { TemplateName: 'offer' } } },
    }),
  )
  await advance()
  const recommended = { e1: 'Buy a tea', e2: 'Buy a cup' }
  t.strictSame(await said(`campaign=${campaign}`), recommended)
  t.strictSame(await said(`journey=${journey}`), recommended)

  await ok('POST', `/v1/apps/${app}/messages`, { Endpoints: { e1: {} }, ...template })
  t.strictSame(await said('operation=SendMessages'), { e1: 'Buy a book' })
})

t.test('without a user or a recommender that the template needs, nothing is sent', async t => {
  const { ok, create, advance, template, RecommenderId, said } = await setUp(t, {
    RecommendationProviderIdType: 'PINPOINT_USER_ID',
  })
  const first = await create(template)
  await advance()
  t.strictSame(await said(`campaign=${first}`), {
    e1: 'Buy a tea',
    e2: `Endpoint has no UserId, which the recommender ${RecommenderId} needs`,
  })

  await ok('DELETE', `/v1/recommenders/${RecommenderId}`)
  const second = await create(template)
  await advance()
  const why = `Recommender not found: ${RecommenderId}`
  t.strictSame(await said(`campaign=${second}`), { e1: why, e2: why })
})
