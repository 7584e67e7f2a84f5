import t, { type Test } from 'tap'
import { withRunningCampaigns } from '../support/campaigns.ts'
import { controlOf } from '../support/control.ts'
import { buildTestApp, isError, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

const uri = 'arn:aws:personalize:us-east-1:123456789012:campaign/c'
const role = 'arn:aws:iam::123456789012:role/r'
const base = { RecommendationProviderUri: uri, RecommendationProviderRoleArn: role }
const plain = { ...base, RecommendationsDisplayName: 'Products', RecommendationsPerMessage: 2 }
const withLambda = {
  ...base,
  RecommendationTransformerUri: 'arn:aws:lambda:us-east-1:123456789012:function:f',
  Attributes: { 'Recommendations.Name': 'Product Name', Price: 'Price' },
}

/** An application with endpoints, a recommender and a template that uses it. */
async function withRecommender(t: Test, configuration: object, Body: string) {
  const { call, createApp } = buildTestApp(t)
  const { Id: app } = await createApp()
  for (const [id, UserId] of [
    ['e1', 'ann'],
    ['e2', 'bob'],
    ['e3', undefined],
  ] as const) {
    const endpoint = {
      ChannelType: 'SMS',
      Address: `+1555555010${id[1]}`,
      ...(UserId && { User: { UserId } }),
    }
    await call('PUT', `/v1/apps/${app}/endpoints/${id}`, endpoint)
  }
  const created = await call('POST', '/v1/recommenders', configuration)
  t.equal(created.status, 201)
  const RecommenderId = created.body.Id
  const template = await call('POST', '/v1/templates/offer/sms', { Body, RecommenderId })
  t.equal(template.status, 201)
  const items = `/_pinpoint/recommenders/${RecommenderId}/items`
  const say = (body: object) => call('PUT', items, body)
  const render = async (endpoint: string) => {
    const request = { template: { name: 'offer', kind: 'SMS' }, app, endpoint }
    const { status, body } = await call('POST', '/_pinpoint/render', request)
    t.equal(status, 200)
    return body.parts.body ?? body.missingVariables
  }
  return { call, items, say, render, RecommenderId }
}

t.test('a template is rendered with what its recommender recommends to the endpoint', async t => {
  const { call, items, say, render } = await withRecommender(t, plain, '{{RecommendationItems.[0]}}!')
  t.strictSame(await render('e1'), ['RecommendationItems.[0]'], 'nothing was said')
  t.strictSame((await call('GET', items)).body, {})
  const said = { endpoints: { E1: ['a', 'b'] }, users: { ann: ['x'], bob: ['y'] }, default: ['c'] }
  t.equal((await say(said)).status, 204)
  t.strictSame((await call('GET', items)).body, said)
  t.equal(await render('e1'), 'a!', 'an id is compared regardless of case')
  t.equal(await render('e2'), 'y!')
  t.equal(await render('e3'), 'c!')
  t.equal((await say({ endpoints: { e1: ['d'] } })).status, 204)
  t.equal(await render('e1'), 'd!')
  t.strictSame(await render('e3'), ['RecommendationItems.[0]'], 'what was said before is gone')
})

t.test('no more items are given than the configuration says', async t => {
  const { say, render } = await withRecommender(t, plain, '{{#each RecommendationItems}}{{this}},{{/each}}')
  await say({ default: ['a', 'b', 'c'] })
  t.equal(await render('e1'), 'a,b,')
})

t.test('an endpoint without a user gets no items of a recommender by users', async t => {
  const byUser = { ...plain, RecommendationProviderIdType: 'PINPOINT_USER_ID' }
  const { say, render } = await withRecommender(t, byUser, '{{RecommendationItems.[0]}}')
  await say({ users: { ann: ['a'] }, default: ['c'] })
  t.equal(await render('e1'), 'a')
  t.equal(await render('e2'), 'c')
  t.strictSame(await render('e3'), ['RecommendationItems.[0]'])
})

t.test('with a Lambda function, attributes may be said instead of items', async t => {
  const body = '{{Recommendations.Name.[0]}} {{Recommendations.Name.[1]}}: {{Recommendations.Price}}'
  const { say, render } = await withRecommender(t, withLambda, body)
  const said = { endpoints: { e1: { 'Recommendations.Name': ['tea', 'pot'], Price: '5' } } }
  t.equal((await say(said)).status, 204)
  t.equal(await render('e1'), 'tea pot: 5')
})

t.test('items that do not suit the configuration are refused, and nothing is changed', async t => {
  const refused = async (configuration: object, cases: [body: object, message: string | RegExp][]) => {
    const { call, items, say } = await withRecommender(t, configuration, '{{Address}}')
    for (const [body, message] of cases) isError(t, await say(body), 400, 'BadRequestException', message)
    t.strictSame((await call('GET', items)).body, {})
  }
  const list = 'must be a list of strings, the recommended items; got'
  await refused(plain, [
    [{ endpoints: { e1: 'a' } }, `endpoints.e1 ${list} "a"`],
    [{ users: { ann: ['a', 1] } }, `users.ann ${list} a list`],
    [{ default: { Name: 'a' } }, `default ${list} an object`],
    [{ endpoints: [] }, /^endpoints must be .*; got a list$/],
    [
      { items: ['a'] },
      'items is not a name that is known here (names are case-sensitive); known are endpoints, users, default',
    ],
  ])
  await refused(withLambda, [
    [
      { default: ['a', 1] },
      'default must be a list of strings, the recommended items, or an object with values of Name, Price, which the Lambda function makes; got a list',
    ],
    [
      { endpoints: { e1: { Colour: 'a' } } },
      "endpoints.e1.Colour is not one of the configuration's Attributes: Name, Price",
    ],
    [{ default: { Name: 5 } }, 'default.Name must be a string or a list of strings; got 5'],
  ])
})

t.test('a recommender that does not exist is a 404', async t => {
  const { call, items, RecommenderId } = await withRecommender(t, plain, '{{Address}}')
  await call('PUT', items, { default: ['a'] })
  await call('DELETE', `/v1/recommenders/${RecommenderId}`)
  const message = `Recommender not found: ${RecommenderId}`
  isError(t, await call('GET', items), 404, 'NotFoundException', message)
  isError(t, await call('PUT', items, {}), 404, 'NotFoundException', message)
})

t.test('items are part of the state, and stay when the configuration is changed', async t => {
  const { url } = await startEmulator(t)
  const control = controlOf(url)
  const { Id } = (await control('POST', '/v1/recommenders', plain)).body
  const items = `/_pinpoint/recommenders/${Id}/items`
  await control('PUT', items, { default: ['a'] })
  t.equal((await control('PUT', `/v1/recommenders/${Id}`, { ...plain, Name: 'other' })).status, 200)
  t.strictSame((await control('GET', items)).body, { default: ['a'] })
  const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
  await control('POST', '/_pinpoint/reset')
  t.equal((await control('GET', items)).status, 404)
  await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
  t.strictSame((await control('GET', items)).body, { default: ['a'] })
})

t.test('campaigns and journeys send what is recommended, calls do not', async t => {
  const { app, segment, ok, endpoints, create, advance, messages } = await withRunningCampaigns(t)
  await endpoints({ Id: 'e1' }, { Id: 'e2' })
  const { Id: RecommenderId } = await ok('POST', '/v1/recommenders', plain)
  await ok('PUT', `/_pinpoint/recommenders/${RecommenderId}/items`, {
    endpoints: { e1: ['tea'] },
    default: ['cup'],
  })
  await ok('POST', '/v1/templates/offer/sms', { Body: 'Buy {{RecommendationItems.[0]}}', RecommenderId })
  const campaign = await create({
    MessageConfiguration: {},
    TemplateConfiguration: { SMSTemplate: { Name: 'offer' } },
  })
  const journey = await ok('POST', `/v1/apps/${app}/journeys`, {
    Name: 'j',
    State: 'ACTIVE',
    StartCondition: { SegmentStartCondition: { SegmentId: segment } },
    StartActivity: 'a',
    Activities: { a: { SMS: { TemplateName: 'offer' } } },
  })
  await advance({ by: 'PT1H' })
  const wanted = [
    { endpoint: 'e1', body: 'Buy tea' },
    { endpoint: 'e2', body: 'Buy cup' },
  ]
  matchEach(t, await messages(campaign), wanted)
  const { items } = await ok('GET', `/_pinpoint/messages?journey=${journey.Id}`)
  matchEach(t, items.reverse(), wanted)
  await ok('POST', `/v1/apps/${app}/messages`, {
    MessageConfiguration: {},
    TemplateConfiguration: { SMSTemplate: { Name: 'offer' } },
    Endpoints: { e1: {} },
  })
  t.match(await ok('GET', '/_pinpoint/messages?operation=SendMessages'), {
    items: [{ status: 'PERMANENT_FAILURE', missingVariables: ['RecommendationItems.[0]'] }],
  })
})
