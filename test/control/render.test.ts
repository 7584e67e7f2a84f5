import t, { type Test } from 'tap'
import type { Dependencies } from '../../server/emulator/app.ts'
import { buildTestApp, isError, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

const now = () => new Date('2026-01-02T03:04:05.678Z')

/** An application with an endpoint for e-mail, and ways to store templates and to render. */
async function withEndpoint(t: Test, config: Partial<Dependencies['config']> = {}) {
  const { call, createApp } = buildTestApp(t, {
    now,
    config: { region: 'us-east-1', accountId: '123456789012', quotas: false, ...config },
  })
  const { Id: app } = await createApp()
  const put = (id: string, endpoint: object) => call('PUT', `/v1/apps/${app}/endpoints/${id}`, endpoint)
  await put('ann', {
    ChannelType: 'EMAIL',
    Address: 'ann@x.example',
    Attributes: { colour: ['red', 'blue'] },
    Metrics: { visits: 6 },
    User: { UserId: 'ann', UserAttributes: { FirstName: ['Ann'] } },
  })
  const create = async (path: string, body: object, name = 'welcome') => {
    const { status } = await call('POST', `/v1/templates/${name}/${path}`, body)
    if (status !== 201) throw new Error(`${status}`)
  }
  const render = (body: object) => call('POST', '/_pinpoint/render', body)
  return { call, app, put, create, render }
}

const email = {
  Subject: 'Hi {{User.UserAttributes.FirstName}}',
  HtmlPart: '<p title="{{Attributes.colour.[1]}}">{{Address}} & {{Metrics.visits}}</p>',
  TextPart: '{{#if Attributes.size.[0]}}{{Attributes.size.[0]}}{{else}}none{{/if}}',
  Headers: [
    { Name: 'List-Unsubscribe', Value: '<https://x.example/{{Id}}>' },
    { Name: '{{Id}}', Value: '1' },
    { Name: 'Empty' },
  ],
}

t.test('a stored template is rendered for a stored endpoint, part by part', async t => {
  const { app, create, render } = await withEndpoint(t)
  await create('email', email)
  const { status, body } = await render({
    template: { name: 'welcome', kind: 'EMAIL' },
    app,
    endpoint: 'ann',
  })
  t.equal(status, 200)
  t.strictSame(body, {
    parts: {
      subject: 'Hi Ann',
      html: '<p title="blue">ann@x.example & 6</p>',
      text: 'none',
      headers: [
        { name: 'List-Unsubscribe', value: '<https://x.example/ann>' },
        { name: '{{Id}}', value: '1' },
        { name: 'Empty', value: '' },
      ],
    },
    missingVariables: [],
    errors: [],
  })
})

t.test('a given template is rendered with given values', async t => {
  const { render } = await withEndpoint(t)
  const text = '{{User.UserAttributes.FirstName}} {{lower Attributes.Colour.[0]}} {{now}}'
  const values = {
    User: { UserAttributes: { FirstName: ['Ben'] } },
    Attributes: { Colour: ['RED'] },
    EndpointStatus: null,
  }
  const { body } = await render({ text, values })
  t.strictSame(body, { parts: { text: 'Ben red Jan 2, 2026' }, missingVariables: [], errors: [] })
})

t.test('substitutions count before the endpoint, and that before DefaultSubstitutions', async t => {
  const { app, create, render } = await withEndpoint(t)
  await create('sms', {
    Body: '{{code}} {{User.UserAttributes.FirstName}} {{Address}} {{Attributes.plan}} {{Id}}',
    DefaultSubstitutions: '{"Attributes":{"plan":"free"},"User.UserAttributes.FirstName":"there"}',
  })
  const template = { name: 'welcome', kind: 'SMS' }
  const substitutions = { code: '1234', Address: ['else'], 'Attributes.plan': ['pro'] }
  const all = await render({ template, app, endpoint: 'ann', substitutions })
  t.strictSame(all.body.parts, { body: '1234 Ann else pro ann' })
  const defaults = await render({ template, substitutions: { code: ['1'], Id: '2', Address: '3' } })
  t.strictSame(defaults.body.parts, { body: '1 there 3 free 2' })
})

t.test('a version that is named is rendered, else the active one', async t => {
  const { call, create, render } = await withEndpoint(t)
  await create('voice', { Body: 'one', LanguageCode: 'en-GB', VoiceId: 'Amy' })
  await call('PUT', '/v1/templates/welcome/voice?create-new-version=true', { Body: 'two' })
  const parts = async (version?: string) =>
    (await render({ template: { name: 'welcome', kind: 'VOICE', version } })).body.parts
  t.strictSame(await parts(), { body: 'one' })
  t.strictSame(await parts(''), { body: 'one' })
  t.strictSame(await parts('2'), { body: 'two' })
  t.strictSame(await parts('latest'), { body: 'two' })
})

t.test("a push template says what is for the endpoint's channel, over its default", async t => {
  const { app, put, create, render } = await withEndpoint(t)
  await create('push', {
    Default: {
      Action: 'URL',
      Title: 'Hi {{Id}}',
      Body: 'default',
      Url: 'https://x.example/{{Id}}',
      Sound: 's',
    },
    GCM: { Body: 'for {{ChannelType}}', ImageUrl: 'i', ImageIconUrl: 'j', SmallImageIconUrl: 'k' },
    APNS: { Title: 'apple', MediaUrl: 'm/{{Id}}' },
    ADM: { Title: 'no', RawContent: '{"data":{"id":"{{Id}}"}}' },
    Baidu: { Title: '', Body: '', RawContent: '' },
  })
  const title = 'Hi e'
  const url = 'https://x.example/e'
  const apple = { title: 'apple', body: 'default', url, mediaUrl: 'm/e' }
  for (const [ChannelType, parts] of Object.entries({
    GCM: { title, body: 'for GCM', url, imageUrl: 'i', imageIconUrl: 'j', smallImageIconUrl: 'k' },
    APNS: apple,
    APNS_SANDBOX: apple,
    APNS_VOIP: apple,
    APNS_VOIP_SANDBOX: apple,
    ADM: { rawContent: '{"data":{"id":"e"}}' },
    BAIDU: { title, body: 'default', url },
    SMS: { title, body: 'default', url },
  })) {
    const template = { name: 'welcome', kind: 'PUSH' }
    await put('e', { ChannelType, Address: 'a' })
    const stored = await render({ template, app, endpoint: 'e' })
    t.strictSame(stored.body, { parts, missingVariables: [], errors: [] }, ChannelType)
    const given = await render({ template, values: { ChannelType, Id: 'e' } })
    t.strictSame(given.body.parts, parts, `${ChannelType} as a value`)
  }
  const none = await render({ template: { name: 'welcome', kind: 'PUSH' }, values: { Id: 'e' } })
  t.strictSame(none.body.parts, { title, body: 'default', url }, 'no channel')
})

t.test('a part with a missing variable would not be sent, and the answer names all of them', async t => {
  const { app, create, render } = await withEndpoint(t)
  await create('email', {
    Subject: 'Hi {{User.UserAttributes.Nickname}}',
    HtmlPart: 'line\n  {{OTP}} {{User.UserAttributes.Nickname}}',
    TextPart: 'fine',
    Headers: [
      { Name: 'A', Value: 'a' },
      { Name: 'B', Value: '{{b}}' },
    ],
  })
  const { status, body } = await render({
    template: { name: 'welcome', kind: 'EMAIL' },
    app,
    endpoint: 'ann',
  })
  t.equal(status, 200)
  const missing = (name: string) => `Attribute '${name}' is not present in the rendering data.`
  t.strictSame(body, {
    parts: { text: 'fine', headers: [{ name: 'A', value: 'a' }] },
    missingVariables: ['User.UserAttributes.Nickname', 'OTP', 'b'],
    errors: [
      { part: 'subject', line: 1, column: 4, message: missing('User.UserAttributes.Nickname') },
      { part: 'html', line: 2, column: 3, message: missing('OTP') },
      { part: 'headers.1', line: 1, column: 1, message: missing('b') },
    ],
  })
})

t.test('with MISSING_VARIABLES=blank, missing variables are rendered as nothing', async t => {
  const { render } = await withEndpoint(t, { missingVariables: 'blank' })
  const { body } = await render({ text: 'Hi {{name}}!' })
  t.strictSame(body, { parts: { text: 'Hi !' }, missingVariables: ['name'], errors: [] })
})

t.test('a syntax error is reported with its line and column; the other parts are rendered', async t => {
  const { create, render } = await withEndpoint(t)
  await create('email', { Subject: 'Hi', HtmlPart: '<p>\n{{#if a}}x' })
  const { body } = await render({ template: { name: 'welcome', kind: 'EMAIL' } })
  t.strictSame(body.parts, { subject: 'Hi' })
  t.strictSame(body.errors, [
    { part: 'html', line: 2, column: 1, message: 'the block is not closed: {{/if}} is missing' },
  ])
})

t.test('the value of a header may have 870 characters when it is rendered', async t => {
  const { create, render } = await withEndpoint(t)
  await create('email', {
    Headers: [
      { Name: 'A', Value: '{{a}}' },
      { Name: 'B', Value: '{{b}}' },
    ],
  })
  const { body } = await render({
    template: { name: 'welcome', kind: 'EMAIL' },
    values: { a: 'x'.repeat(870), b: 'x'.repeat(871) },
  })
  t.strictSame(body.parts.headers, [{ name: 'A', value: 'x'.repeat(870) }])
  matchEach(t, body.errors, [{ part: 'headers.1', message: /at most 870 characters; it renders to 871/ }])
})

t.test('the parts of a message together have the limits of one template', async t => {
  const { create, render } = await withEndpoint(t)
  const loops = `${'{{#each L}}'.repeat(4)}{{#if 0}}{{/if}}${'{{/each}}'.repeat(4)}`
  const Headers = Array.from({ length: 15 }, (_, index) => ({ Name: `X-${index}`, Value: loops }))
  await create('email', { Headers })
  const values = { L: Headers.map(({ Name }) => Name) }
  const { parts, errors } = (await render({ template: { name: 'welcome', kind: 'EMAIL' }, values })).body
  t.match(parts.headers, [{ name: 'X-0', value: '' }])
  t.match(errors.at(-1), {
    part: 'headers.14',
    message: 'the message takes more than 500,000 steps to render',
  })
})

t.test('rendering with a template, application or endpoint that does not exist answers 404', async t => {
  const { app, create, render } = await withEndpoint(t)
  await create('sms', {})
  const template = { name: 'welcome', kind: 'SMS' }
  for (const [body, message] of [
    [{ template: { name: 'none', kind: 'SMS' } }, 'Template not found: none'],
    [{ template: { ...template, kind: 'EMAIL' } }, 'Template not found: welcome'],
    [{ template: { ...template, version: '2' } }, 'Template version not found: welcome/2'],
    [{ template, app: 'none', endpoint: 'ann' }, 'Application not found'],
    [{ template, app, endpoint: 'none' }, 'Endpoint not found: none'],
  ] as const) {
    isError(t, await render(body), 404, 'NotFoundException', message)
  }
})

for (const [title, body, message] of [
  ['nothing', {}, 'exactly one of template, which is stored, and text must be given'],
  ['two templates', { text: 'x', template: { name: 'a', kind: 'SMS' } }, /^exactly one of template/],
  [
    'an endpoint without its application',
    { text: 'x', endpoint: 'a' },
    /^app and endpoint must be given together/,
  ],
  ['an application without an endpoint', { text: 'x', app: 'a' }, /^app and endpoint must be given together/],
  [
    'an endpoint and values',
    { text: 'x', app: 'a', endpoint: 'e', values: {} },
    /^values must not be given with endpoint/,
  ],
  [
    'a template of a kind without variables',
    { template: { name: 'a', kind: 'INAPP' } },
    'template.kind must be one of EMAIL, PUSH, SMS, VOICE; got "INAPP"',
  ],
  ['a template without a kind', { template: { name: 'a' } }, /^template.kind is required/],
  ['values that are a list', { text: 'x', values: [] }, /^values must be an object/],
  [
    'substitutions that are numbers',
    { text: 'x', substitutions: { a: 1 } },
    'substitutions.a must be a string or a list of strings; got 1',
  ],
  [
    'lists of them',
    { text: 'x', substitutions: { a: ['b', null] } },
    /^substitutions.a must be a string or a list/,
  ],
  ['a member that it does not know', { text: 'x', value: {} }, /^value is not a name that is known here/],
] as const) {
  t.test(`${title} answers 400`, async t => {
    const { render } = await withEndpoint(t)
    isError(t, await render(body), 400, 'BadRequestException', message)
  })
}

t.test('values and templates of others are only data', async t => {
  const { render } = await withEndpoint(t)
  const text = '{{constructor.constructor}}{{__proto__.x}}{{toString}}{{a.length}}'
  const values = { a: { b: [[]] }, ChannelType: { x: 1 } }
  const { status, body } = await render({ text, values })
  t.equal(status, 200)
  t.strictSame(body.parts, {})
  t.equal(body.missingVariables[0], 'constructor.constructor')
  const refused = await render({ text, values: JSON.parse('{"__proto__":{"x":"polluted"}}') })
  isError(t, refused, 400, 'BadRequestException', 'values must not have the name __proto__')
})

t.test('the setting MISSING_VARIABLES is that of the emulator', async t => {
  const { url } = await startEmulator(t, { MISSING_VARIABLES: 'blank' })
  const response = await fetch(`${url}/_pinpoint/render`, {
    method: 'POST',
    body: JSON.stringify({ text: '[{{name}}]' }),
  })
  t.strictSame(await response.json(), { parts: { text: '[]' }, missingVariables: ['name'], errors: [] })
})
