import t from 'tap'
import { type Answer, isError, signedBy } from '../../support/helpers.ts'
import { templateTypes, withTemplates } from '../../support/templates.ts'

const now = () => new Date('2026-01-02T03:04:05.678Z')
const date = now().toISOString()

for (const { type, path, body } of templateTypes) {
  t.test(`a template of type ${type} answers 201, and comes back as it was sent`, async t => {
    const { call, url } = withTemplates(t, { now })
    const created = await call('POST', url('welcome', path), { ...body, tags: { team: 'red' } })
    const arn = `arn:aws:mobiletargeting:us-east-1:123456789012:templates/welcome/${type}`
    t.equal(created.status, 201)
    t.strictSame(created.body, {
      Arn: arn,
      Message: 'Created',
      RequestID: created.headers['x-amzn-requestid'],
    })
    t.strictSame((await call('GET', url('welcome', path))).body, {
      ...body,
      Arn: arn,
      CreationDate: date,
      LastModifiedDate: date,
      tags: { team: 'red' },
      TemplateName: 'welcome',
      TemplateType: type,
      Version: '1',
    })
  })

  t.test(`members of type ${type} that are not set are absent; tags are an object`, async t => {
    const { call, url } = withTemplates(t, { now })
    await call('POST', url('empty', path), {})
    const { body: got } = await call('GET', url('empty', path))
    t.strictSame(got, {
      Arn: `arn:aws:mobiletargeting:us-east-1:123456789012:templates/empty/${type}`,
      CreationDate: date,
      LastModifiedDate: date,
      tags: {},
      TemplateName: 'empty',
      TemplateType: type,
      Version: '1',
    })
  })
}

t.test('the ARN has the account and the Region of the caller, and tags are under it', async t => {
  const { app, call, url } = withTemplates(t)
  const response = await app.inject({
    method: 'POST',
    url: url('mine', 'email'),
    headers: signedBy('000011112222'),
    payload: { tags: { team: 'red' } },
  })
  const { Arn } = response.json()
  t.equal(Arn, 'arn:aws:mobiletargeting:us-east-1:000011112222:templates/mine/EMAIL')
  const tagged = `/v1/tags/${encodeURIComponent(Arn)}`
  t.strictSame((await call('GET', tagged)).body, { tags: { team: 'red' } })
  t.equal((await call('POST', tagged, { tags: { stage: 'test' } })).status, 204)
  t.equal((await call('DELETE', `${tagged}?tagKeys=team`)).status, 204)
  t.strictSame((await call('GET', url('mine', 'email'))).body.tags, { stage: 'test' })
  const other = await call('GET', `/v1/tags/${Arn.replace('/EMAIL', '/SMS')}`)
  isError(t, other, 404, 'NotFoundException', /^Resource not found/)
})

t.test('a name is unique in its type; there is no 409 in the model', async t => {
  const { call, create, url } = withTemplates(t)
  await create('welcome', { Body: 'first' })
  await create('welcome', {}, 'email')
  await create('Welcome')
  const again = await call('POST', url('welcome'), { Body: 'second' })
  isError(t, again, 400, 'BadRequestException', 'Template already exists: welcome')
  t.equal((await call('GET', url('welcome'))).body.Body, 'first')
})

t.test('a name may have 128 letters, digits, underscores and hyphens, not the latter first', async t => {
  const { call, create, url } = withTemplates(t)
  for (const name of ['a', '0', 'A_b-9', 'x'.repeat(128)]) await create(name)
  const bad = ['_a', '-a', 'a.b', 'a%20b', 'a%2Fb', 'caf%C3%A9', 'a%0A', 'x'.repeat(129)]
  for (const name of bad) {
    const message = /^template-name must be 1 to 128 letters .*; got "/
    for (const answer of [
      await call('POST', url(name), {}),
      await call('POST', url(name), { Body: 7 }),
      await call('GET', url(name)),
      await call('PUT', url(name), {}),
      await call('DELETE', url(name)),
      await call('GET', `${url(name, 'SMS')}/versions`),
      await call('PUT', `${url(name, 'SMS')}/active-version`, { Version: '1' }),
    ]) {
      isError(t, answer, 400, 'BadRequestException', message)
    }
  }
})

t.test('members that the model does not have are ignored, at any depth', async t => {
  const { call, url, store } = withTemplates(t)
  await call('POST', url('p', 'push'), {
    Body: 'no member of PUSH',
    Arn: 'x',
    Version: '9',
    TemplateName: 'other',
    GCM: { Body: 'b', Extra: { deep: 'x'.repeat(7000) } },
  })
  const { GCM, Body, Version, TemplateName } = (await call('GET', url('p', 'push'))).body
  t.strictSame(
    { GCM, Body, Version, TemplateName },
    { GCM: { Body: 'b' }, Body: undefined, Version: '1', TemplateName: 'p' },
  )
  t.strictSame(store.templates.get({ type: 'PUSH', name: 'p' })?.body, { GCM: { Body: 'b' } })
})

t.test('a template with a syntax error is kept', async t => {
  const { create, get } = withTemplates(t)
  await create('broken', { Body: 'Hi {{#if}' })
  t.equal((await get('broken')).Body, 'Hi {{#if}')
})

const emails = (more: object) => ['email', more] as const
const content = (...parts: object[]) => ['inapp', { Content: parts }] as const
const long = (length: number) => 'x'.repeat(length)
const json = /^DefaultSubstitutions must be a JSON object as text, such as .*; got "/

for (const [title, [path, body], message] of [
  ['a body that is a list', ['sms', []], 'The request body must be a JSON object; got a list'],
  ['a Body that is no string', ['sms', { Body: 7 }], 'Body must be a string; got 7'],
  ['a part that is no object', ['push', { GCM: 'x' }], 'GCM must be an object; got "x"'],
  [
    'an unknown Action',
    ['push', { APNS: { Action: 'OPEN' } }],
    'APNS.Action must be one of OPEN_APP, DEEP_LINK, URL; got "OPEN"',
  ],
  [
    'defaults that are an object',
    emails({ DefaultSubstitutions: {} }),
    /^DefaultSubstitutions must be a string/,
  ],
  ['defaults that are not JSON', emails({ DefaultSubstitutions: '{"a":' }), json],
  ['defaults that are a list', emails({ DefaultSubstitutions: '[]' }), json],
  ['defaults that are a string', emails({ DefaultSubstitutions: '"a"' }), json],
  ['defaults that are null', emails({ DefaultSubstitutions: 'null' }), json],
  ['defaults that are empty', emails({ DefaultSubstitutions: '' }), json],
  [
    'defaults that are nested too deep',
    emails({ DefaultSubstitutions: '{"a":'.repeat(101) }),
    'DefaultSubstitutions must be nested at most 100 levels deep',
  ],
  [
    'an e-mail of over 600,000 characters',
    emails({ Subject: 's', HtmlPart: long(599_999), Headers: [{ Name: 'A' }] }),
    'Subject, HtmlPart and Headers together must have at most 600000 characters; got 600001',
  ],
  ['an SMS of over 1,600', ['sms', { Body: long(1601) }], 'Body must have at most 1600 characters; got 1601'],
  ['a call of over 10,000', ['voice', { Body: long(10_001) }], /^Body must have at most 10000 characters/],
  [
    'a push of over 4,000',
    ['push', { Default: { Title: 'a', Body: long(4000) } }],
    /^Default must have at most 4000 /,
  ],
  [
    'one of over 6,000 for ADM',
    ['push', { ADM: { RawContent: long(6001) } }],
    /^ADM must have at most 6000 /,
  ],
  [
    'in-app content of over 200,000',
    ['inapp', { Content: [{ BodyConfig: { Alignment: 'LEFT', Body: long(200_001), TextColor: '' } }] }],
    'Content must have at most 200000 characters; got 200005',
  ],
  [
    '16 headers',
    emails({ Headers: Array.from({ length: 16 }, () => ({ Name: 'A', Value: 'b' })) }),
    'Headers must have at most 15 entries; got 16',
  ],
  [
    'a header with a long name',
    emails({ Headers: [{ Name: 'A' }, { Name: long(127) }] }),
    'Headers.1.Name must have at most 126 characters; got 127',
  ],
  [
    'a header whose name is not ASCII',
    emails({ Headers: [{}, { Name: '' }, { Name: 'X Ü' }] }),
    'Headers.2.Name must be the name of a header: ASCII characters without spaces and colons, such as List-Unsubscribe; got "X Ü"',
  ],
  ['six contents', content({}, {}, {}, {}, {}, {}), 'Content must have at most 5 entries; got 6'],
  [
    'two contents without a carousel',
    content({}, {}),
    'Content must have at most 1 entry, unless Layout is CAROUSEL; got 2 with no Layout',
  ],
  [
    'an unknown Layout',
    ['inapp', { Layout: 'POPUP' }],
    /^Layout must be one of BOTTOM_BANNER, .*CAROUSEL; got "POPUP"$/,
  ],
  [
    'a header without text',
    content({ HeaderConfig: { Alignment: 'LEFT', TextColor: '#000' } }),
    'Content.0.HeaderConfig.Header is required: it must be a string',
  ],
  [
    'a button without an action',
    content({ PrimaryBtn: { IOS: { Link: 'x' } } }),
    /^Content.0.PrimaryBtn.IOS.ButtonAction is required: it must be one of LINK, DEEP_LINK, CLOSE/,
  ],
  ['a tag of AWS itself', ['sms', { tags: { 'aws:x': 'y' } }], /^tags must have keys/],
] as const) {
  t.test(`${title} answers 400 and creates nothing, and changes nothing`, async t => {
    const { call, url, create } = withTemplates(t)
    isError(t, await call('POST', url('new', path), body), 400, 'BadRequestException', message)
    t.equal((await call('GET', url('new', path))).status, 404)
    if (path === 'sms' && 'tags' in body) return
    await create('old', { TemplateDescription: 'kept' }, path)
    isError(t, await call('PUT', url('old', path), body), 400, 'BadRequestException', message)
    t.equal((await call('GET', url('old', path))).body.TemplateDescription, 'kept')
  })
}

t.test('a template may have as much as the quotas allow', async t => {
  const { create } = withTemplates(t)
  const headers = Array.from({ length: 15 }, () => ({ Name: long(126) }))
  await create('a', { HtmlPart: long(600_000 - 15 * 126), Headers: headers }, 'email')
  await create('a', { Body: long(1600) })
  await create(
    'a',
    { Default: { Body: long(4000) }, GCM: { Body: long(4000) }, ADM: { Body: long(6000) } },
    'push',
  )
  await create('a', { Layout: 'CAROUSEL', Content: [{}, {}, {}, {}, {}] }, 'inapp')
})

t.test('QUOTAS=on allows 20,000 templates and 5,000 versions', async t => {
  const config = { region: 'us-east-1', accountId: '123456789012', quotas: true }
  const { call, store, url } = withTemplates(t, { config })
  await store.write(() => {
    for (let number = 1; number < 20_000; number++) {
      const arn = `arn:${number}`
      store.templates.create({ type: 'SMS', name: `t${number}` }, { arn, body: {}, tags: {} }, date)
    }
    for (let number = 2; number < 5000; number++) {
      store.templates.addVersion({ type: 'SMS', name: 't1' }, {}, date)
    }
  })
  const answers: Answer[] = []
  for (const _ of [1, 2]) answers.push(await call('PUT', `${url('t1')}?create-new-version=true`, {}))
  t.equal(answers[0]?.status, 202)
  isError(t, answers[1]!, 400, 'BadRequestException', 'A template must have at most 5000 versions')
  t.equal((await call('PUT', url('t1'), {})).status, 202)
  t.equal((await call('POST', url('last'), {})).status, 201)
  const more = await call('POST', url('more'), {})
  isError(t, more, 400, 'BadRequestException', 'An account must have at most 20000 templates')
})

t.test('RecommenderId must be that of a configuration, which may be deleted later', async t => {
  const { call, create, url } = withTemplates(t)
  const provider = 'arn:aws:personalize:us-east-1:123456789012:campaign/books'
  const { body: recommender } = await call('POST', '/v1/recommenders', {
    RecommendationProviderRoleArn: 'arn:aws:iam::123456789012:role/any',
    RecommendationProviderUri: provider,
    RecommendationsDisplayName: 'Books',
  })
  const message = 'RecommenderId must be the Id of a recommender configuration; got "none"'
  for (const path of ['email', 'push', 'sms']) {
    isError(
      t,
      await call('POST', url('a', path), { RecommenderId: 'none' }),
      400,
      'BadRequestException',
      message,
    )
    await create('a', { RecommenderId: recommender.Id }, path)
    isError(
      t,
      await call('PUT', url('a', path), { RecommenderId: 'none' }),
      400,
      'BadRequestException',
      message,
    )
  }
  await call('DELETE', `/v1/recommenders/${recommender.Id}`)
  t.equal((await call('GET', url('a'))).body.RecommenderId, recommender.Id)
  await create('b', { RecommenderId: 'a member that VOICE does not have' }, 'voice')
})
