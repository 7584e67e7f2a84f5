import t from 'tap'
import { isError, sharedTestApp } from '../support/helpers.ts'

const { app: server, call, createApp } = sharedTestApp()

/** The address that shows the template `welcome`. */
const address = (query: Record<string, string>) =>
  `/_pinpoint/render/html?${new URLSearchParams({ template: 'welcome', ...query })}`

await call('POST', '/v1/templates/welcome/email', {
  Subject: 'Hi',
  HtmlPart: '<script>alert(1)</script><p>{{User.UserAttributes.FirstName}} {{OTP}}</p>',
  DefaultSubstitutions: '{"User.UserAttributes.FirstName":"friend","OTP":"none"}',
})
await call('PUT', '/v1/templates/welcome/email?create-new-version=true', { HtmlPart: '\n {{#if}}' })
await call('POST', '/v1/templates/plain/email', { TextPart: 'Hi' })

t.test('the HTML is rendered for values, or for an endpoint', async t => {
  const { Id: app } = await createApp()
  await call('PUT', `/v1/apps/${app}/endpoints/ann`, { User: { UserAttributes: { FirstName: ['Ann'] } } })
  const values = JSON.stringify({ User: { UserAttributes: { FirstName: ['Bob'] } } })
  for (const [query, text] of [
    [{}, 'friend none'],
    [{ values, version: '1' }, 'Bob none'],
    [{ app, endpoint: 'ann', substitutions: '{"OTP":"123456"}' }, 'Ann 123456'],
  ] as [Record<string, string>, string][]) {
    const { statusCode, body } = await server.inject(address(query))
    t.equal(statusCode, 200, text)
    t.equal(body, `<base target="_blank"><script>alert(1)</script><p>${text}</p>`, 'as it would be sent')
  }
})

t.test('rendered HTML has the same security policy as the HTML of a message', async t => {
  const { headers } = await server.inject(address({}))
  t.match(headers, {
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; /,
  })
  t.notMatch(headers['content-security-policy'], /allow-scripts|allow-same-origin|script-src|https?:/)
  const remote = await server.inject(address({ remote: 'true' }))
  t.match(remote.headers['content-security-policy'], /img-src https: http: data:;/)
  t.notMatch(remote.headers['content-security-policy'], /allow-scripts|script-src/)
})

for (const [title, query, status, message] of [
  [
    'what does not render',
    { version: '2' },
    400,
    /^The HTML of welcome does not render: line 2, column 2: .*if/,
  ],
  ['a template without HTML', { template: 'plain' }, 404, 'The template plain has no HTML part'],
  ['an unknown template', { template: 'none' }, 404, 'Template not found: none'],
  ['an unknown version', { version: '9' }, 404, 'Template version not found: welcome/9'],
  ['values that are no JSON', { values: '{' }, 400, /^values must be a JSON object, such as .*; got "\{"$/],
  ['values that are a list', { values: '[1]' }, 400, /^values must be a JSON object/],
  ['an application without an endpoint', { app: 'a' }, 400, /^app and endpoint must be given together/],
] as [string, Record<string, string>, number, string | RegExp][]) {
  t.test(`${title} answers ${status}`, async t => {
    const exception = status === 400 ? 'BadRequestException' : 'NotFoundException'
    isError(t, await call('GET', address(query)), status, exception, message)
  })
}

t.test('a call for rendered HTML without a template answers 400', async t => {
  const answer = await call('GET', '/_pinpoint/render/html?version=1')
  isError(t, answer, 400, 'BadRequestException', /^template is required/)
})
