import t, { type Test } from 'tap'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { isError } from '../support/helpers.ts'
import { json, startHook } from '../support/hooks.ts'
import { matchEach } from '../support/items.ts'
import { journeyOf } from '../support/journeys.ts'
import { recommender } from '../support/with-recommenders.ts'

/** Two endpoints, of which one has a user, a recommender, and a template that names it. */
async function setUp(t: Test, configuration: object = {}) {
  const emulator = await withRunningCampaigns(t)
  const { ok, endpoints } = emulator
  const { Id: RecommenderId } = await ok('POST', '/v1/recommenders', {
    ...recommender,
    RecommendationsPerMessage: 1,
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

/** What the preview reports where campaigns and journeys send nothing. */
const unsent = (message: string) => ({ part: 'recommendations', line: 1, column: 1, message })

t.test('without a user or a recommender that the template needs, nothing is sent', async t => {
  const { ok, app, create, advance, template, RecommenderId, said } = await setUp(t, {
    RecommendationProviderIdType: 'PINPOINT_USER_ID',
  })
  const needsUser = `Endpoint has no UserId, which the recommender ${RecommenderId} needs`
  const first = await create(template)
  await advance()
  t.strictSame(await said(`campaign=${first}`), {
    e1: 'Buy a tea',
    e2: needsUser,
  })

  const preview = (endpoint: string) =>
    ok('POST', '/_pinpoint/render', { template: { name: 'offer', kind: 'SMS' }, app, endpoint })
  t.strictSame((await preview('e1')).errors, [])
  t.strictSame((await preview('e2')).errors, [unsent(needsUser)])

  await ok('DELETE', `/v1/recommenders/${RecommenderId}`)
  const second = await create(template)
  await advance()
  const why = `Recommender not found: ${RecommenderId}`
  t.strictSame(await said(`campaign=${second}`), { e1: why, e2: why })
  t.strictSame((await preview('e1')).errors, [unsent(why)])
})

const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:books'

/** A recommender whose items a Lambda function makes attributes of, and a template with these. */
async function withFunction(t: Test, lambdaUrl: string | undefined, items: object) {
  const env: Record<string, string> = lambdaUrl === undefined ? {} : { AWS_ENDPOINT_URL_LAMBDA: lambdaUrl }
  const emulator = await withRunningCampaigns(t, { env })
  const { ok } = emulator
  const { Id: RecommenderId } = await ok('POST', '/v1/recommenders', {
    ...recommender,
    RecommendationsPerMessage: 2,
    RecommendationTransformerUri: functionArn,
    Attributes: { 'Recommendations.Name': 'Name', Price: 'Price' },
  })
  const say = (said: object) => ok('PUT', `/_pinpoint/recommenders/${RecommenderId}/items`, said)
  await say(items)
  await ok('POST', '/v1/templates/offer/sms', {
    Body: 'Buy {{Recommendations.Name.[0]}} for {{Recommendations.Price}}{{Recommendations.Secret}}',
    DefaultSubstitutions:
      '{"Recommendations.Name":"a book","Recommendations.Price":"10","Recommendations.Secret":""}',
    RecommenderId,
  })
  const template = { MessageConfiguration: {}, TemplateConfiguration: { SMSTemplate: { Name: 'offer' } } }
  return { ...emulator, say, template }
}

/** Recommends, of the items of each endpoint, what a shop says of them. */
const shop = ({ body }: { body: { Endpoints: Record<string, { RecommendationItems: string[] }> } }) =>
  json(
    Object.fromEntries(
      Object.entries(body.Endpoints).map(([id, endpoint]) => [
        id,
        {
          ...endpoint,
          Recommendations: {
            'Recommendations.Name': endpoint.RecommendationItems.map(item => `the ${item}`),
            Price: '5',
            Secret: 'not an attribute',
          },
        },
      ]),
    ),
  )

t.test('the Lambda function of a recommender makes attributes of its items', async t => {
  const lambda = await startHook(t, shop)
  const { ok, app, segment, endpoints, create, advance, messages, template } = await withFunction(
    t,
    lambda.url,
    { endpoints: { e1: ['tea', 'pot', 'cup'] } },
  )
  await endpoints({ Id: 'e1', User: { UserId: 'ann' } })
  const campaign = await create(template)
  await advance()
  matchEach(t, await messages(campaign), [{ endpoint: 'e1', body: 'Buy the tea for 5' }])
  t.equal(lambda.calls.length, 1)
  const [{ path, body }] = lambda.calls as [(typeof lambda.calls)[0]]
  t.equal(path, `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`)
  t.match(body, { ApplicationId: app, CampaignId: campaign, TreatmentId: '0' })
  t.match(body.Endpoints.e1, { ChannelType: 'SMS', User: { UserId: 'ann' } })
  t.strictSame(body.Endpoints.e1.RecommendationItems, ['tea', 'pot'])
  t.notOk('Id' in body.Endpoints.e1)

  const { Id: journey } = await ok(
    'POST',
    `/v1/apps/${app}/journeys`,
    journeyOf(segment, { StartActivity: 'offer', Activities: { offer: { SMS: { TemplateName: 'offer' } } } }),
  )
  await advance()
  matchEach(t, (await ok('GET', `/_pinpoint/messages?journey=${journey}`)).items, [
    { body: 'Buy the tea for 5' },
  ])
  t.match(lambda.calls[1]!.body, { JourneyId: journey, JourneyActivityId: 'offer' })

  const preview = { template: { name: 'offer', kind: 'SMS' }, app, endpoint: 'e1' }
  t.match(await ok('POST', '/_pinpoint/render', preview), {
    parts: { body: 'Buy the tea for 5' },
    errors: { length: 0 },
  })
  t.equal(lambda.calls.length, 3)

  await ok('POST', `/v1/apps/${app}/messages`, { Endpoints: { e1: {} }, ...template })
  matchEach(t, (await ok('GET', '/_pinpoint/messages?operation=SendMessages')).items, [
    { body: 'Buy a book for 10' },
  ])
  t.equal(lambda.calls.length, 3, 'direct messages have the defaults alone')
})

t.test(
  'a function is called for at most 50 endpoints, and not for those whose attributes are said',
  async t => {
    const lambda = await startHook(t, shop)
    const { endpoints, create, advance, messages, template } = await withFunction(t, lambda.url, {
      endpoints: { e7: { Name: ['a lamp'], Price: '9' } },
      default: ['tea'],
    })
    await endpoints(...Array.from({ length: 120 }, (_, index) => ({ Id: `e${index}` })))
    const campaign = await create(template)
    await advance()
    const called = lambda.calls.map(({ body }) => Object.keys(body.Endpoints))
    t.strictSame(
      called.map(ids => ids.length),
      [49, 50, 20],
    )
    t.notOk(called.flat().includes('e7'))
    const sent = await messages(campaign)
    t.equal(sent.length, 120)
    for (const { endpoint, body } of sent) {
      t.equal(body, endpoint === 'e7' ? 'Buy a lamp for 9' : 'Buy the tea for 5')
    }
  },
)

t.test('a function is not called for endpoints that get no message anyway', async t => {
  const lambda = await startHook(t, shop)
  const { ok, app, endpoints, create, advance, messages, segment, template } = await withFunction(
    t,
    lambda.url,
    { default: ['tea'] },
  )
  await ok('POST', '/_pinpoint/faults', { message: { endpoint: 'faulty' }, status: 'THROTTLED' })
  await ok('PUT', '/_pinpoint/opt-outs/+15551000002')
  await endpoints({ Id: 'e1' }, { Id: 'faulty' }, { Id: 'stopped' })
  const campaign = await create(template)
  await advance()
  await ok(
    'POST',
    `/v1/apps/${app}/journeys`,
    journeyOf(segment, { StartActivity: 'offer', Activities: { offer: { SMS: { TemplateName: 'offer' } } } }),
  )
  await advance()
  t.strictSame(
    lambda.calls.map(({ body }) => Object.keys(body.Endpoints)),
    [['e1'], ['e1']],
  )
  const statuses = (await messages(campaign)).map(({ endpoint, status }) => `${endpoint} ${status}`)
  t.strictSame(statuses.sort(), ['e1 SUCCESSFUL', 'faulty THROTTLED', 'stopped PERMANENT_FAILURE'])
})

t.test('after an invalid answer of the function, the message is not sent', async t => {
  const answers = {
    'its answer is not JSON (3 attempts)': { text: 'nonsense' },
    'its answer is not an object of endpoints by their ids (3 attempts)': json([]),
    'it answers with the status 500 (3 attempts)': { ...json({}), status: 500 },
    'its answer has no valid Recommendations for the endpoint': json({
      e1: { Recommendations: { Price: 5 } },
    }),
  }
  let answer = json({})
  const lambda = await startHook(t, () => answer)
  const { ok, app, endpoints, create, advance, messages, template } = await withFunction(t, lambda.url, {
    default: ['tea'],
  })
  await endpoints({ Id: 'e1' })
  for (const [why, given] of Object.entries(answers)) {
    answer = given
    const campaign = await create(template)
    await advance()
    const statusMessage = `${functionArn}: ${why}`
    matchEach(t, await messages(campaign), [{ status: 'PERMANENT_FAILURE', statusMessage }])
    const preview = { template: { name: 'offer', kind: 'SMS' }, app, endpoint: 'e1' }
    lambda.calls.length = 0
    t.match(await ok('POST', '/_pinpoint/render', preview), {
      errors: [{ part: 'recommendations', message: statusMessage.replace(' (3 attempts)', '') }],
    })
    t.equal(lambda.calls.length, 1, 'the preview has one attempt')
  }
  await endpoints({ Id: 'e2', Address: '+15552000000' })
  answer = json({ e2: { Recommendations: { Name: 'a lamp' } } })
  const campaign = await create(template)
  await advance()
  t.match(
    (await messages(campaign)).map(({ endpoint, status, body }) => [endpoint, status, body]),
    [
      ['e1', 'PERMANENT_FAILURE', undefined],
      ['e2', 'SUCCESSFUL', 'Buy a lamp for 10'],
    ],
  )
})

t.test('a preview calls no function for an endpoint without an Id, and says so', async t => {
  const lambda = await startHook(t, shop)
  const { ok } = await withFunction(t, lambda.url, { default: ['tea'] })
  const preview = (values: object) =>
    ok('POST', '/_pinpoint/render', { template: { name: 'offer', kind: 'SMS' }, values })
  const notCalled = `the Lambda function ${functionArn} was not called: the endpoint has no Id`
  t.match(await preview({}), { parts: { body: 'Buy a book for 10' }, errors: { length: 0 }, notCalled })
  t.equal(lambda.calls.length, 0)
  t.match(await preview({ Id: 'e1' }), { parts: { body: 'Buy the tea for 5' }, notCalled: undefined })
})

t.test('a preview whose function does not answer ends when the emulator stops', async t => {
  const called = Promise.withResolvers<void>()
  const lambda = await startHook(t, () => {
    called.resolve()
    return new Promise(() => {})
  })
  const { app, endpoints, control, close } = await withFunction(t, lambda.url, { default: ['tea'] })
  await endpoints({ Id: 'e1' })
  const preview = { template: { name: 'offer', kind: 'SMS' }, app, endpoint: 'e1' }
  const answered = control('POST', '/_pinpoint/render', preview)
  await called.promise
  await close()
  isError(t, await answered, 409, 'ConflictException', /^the emulator stops/)
})

t.test('without AWS_ENDPOINT_URL_LAMBDA, a message does without the function, and says so', async t => {
  const { ok, app, say, endpoints, create, advance, messages, template } = await withFunction(t, undefined, {
    default: ['tea'],
  })
  await endpoints({ Id: 'e1' })
  const campaign = await create(template)
  await advance()
  const notCalled = `the Lambda function ${functionArn} was not called: AWS_ENDPOINT_URL_LAMBDA says where functions are`
  matchEach(t, await messages(campaign), [{ status: 'SUCCESSFUL', body: 'Buy a book for 10', notCalled }])
  const preview = { template: { name: 'offer', kind: 'SMS' }, app, endpoint: 'e1' }
  t.match(await ok('POST', '/_pinpoint/render', preview), { notCalled, errors: { length: 0 } })
  t.match(await ok('POST', '/_pinpoint/render', { ...preview, template: undefined, text: '{{Id}}' }), {
    parts: { text: 'e1' },
    notCalled: undefined,
  })

  await say({ default: { Name: 'a pot', Price: '7' } })
  const another = await create(template)
  await advance()
  matchEach(t, await messages(another), [{ body: 'Buy a pot for 7', notCalled: undefined }])
})
