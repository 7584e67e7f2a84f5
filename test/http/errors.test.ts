import { pino } from 'pino'
import t from 'tap'
import { answerOf, buildTestApp, isError } from '../support/helpers.ts'

/** Every way in which a request can go wrong, from the application's point of view. */
const doors: {
  title: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH'
  url: string
  payload?: string
  status: number
  exception: string
  message: string | RegExp
}[] = [
  {
    title: 'what an operation refuses',
    method: 'GET',
    url: '/v1/apps/nope',
    status: 404,
    exception: 'NotFoundException',
    message: 'Application not found',
  },
  {
    title: 'a body that does not fit',
    method: 'POST',
    url: '/v1/apps',
    payload: '{"Name":7}',
    status: 400,
    exception: 'BadRequestException',
    message: /^Name must be a string.*got 7$/,
  },
  {
    title: 'a member that is missing',
    method: 'POST',
    url: '/v1/apps',
    payload: '{}',
    status: 400,
    exception: 'BadRequestException',
    message: /^Name is required.*a string/,
  },
  {
    title: 'a member that is wrong further down',
    method: 'POST',
    url: '/v1/apps',
    payload: '{"Name":"x","tags":{"a/b":7}}',
    status: 400,
    exception: 'BadRequestException',
    message: 'tags.a/b must be a string; got 7',
  },
  {
    title: 'a query parameter that does not fit',
    method: 'GET',
    url: '/v1/apps?page-size=many',
    status: 400,
    exception: 'BadRequestException',
    message: /^page-size must be a whole number from 1 to 1000.*"many"/,
  },
  {
    title: 'a query parameter that is given twice',
    method: 'GET',
    url: '/v1/apps?page-size=1&page-size=2',
    status: 400,
    exception: 'BadRequestException',
    message: /^page-size must be .*got a list/,
  },
  {
    title: 'an unknown route',
    method: 'GET',
    url: '/v1/nowhere?x=1',
    status: 404,
    exception: 'NotFoundException',
    message: 'There is nothing at /v1/nowhere',
  },
  {
    title: 'an unknown route outside the API',
    method: 'GET',
    url: '/nowhere',
    status: 404,
    exception: 'NotFoundException',
    message: 'There is nothing at /nowhere',
  },
  {
    title: 'an unknown route with a body that is not JSON',
    method: 'POST',
    url: '/v1/nowhere',
    payload: '{bad',
    status: 404,
    exception: 'NotFoundException',
    message: 'There is nothing at /v1/nowhere',
  },
  {
    title: 'a wrong method',
    method: 'PUT',
    url: '/v1/apps?x=1',
    payload: '{}',
    status: 405,
    exception: 'MethodNotAllowedException',
    message: /^PUT is not allowed at \/v1\/apps; allowed: .*POST/,
  },
  {
    title: 'a wrong method with a body that is not JSON',
    method: 'PUT',
    url: '/v1/apps',
    payload: '{bad',
    status: 405,
    exception: 'MethodNotAllowedException',
    message: /^PUT is not allowed at \/v1\/apps/,
  },
  {
    title: 'a method that no route has',
    method: 'PATCH',
    url: '/v1/apps',
    status: 405,
    exception: 'MethodNotAllowedException',
    message: /^PATCH is not allowed at \/v1\/apps/,
  },
  {
    title: 'a path parameter that is too long',
    method: 'GET',
    url: `/v1/apps/${'a'.repeat(2049)}`,
    status: 400,
    exception: 'BadRequestException',
    message: 'A part of the path is too long: it must be at most 2048 characters',
  },
]

for (const { title, method, url, payload, status, exception, message } of doors) {
  t.test(`${title} answers ${status} ${exception}`, async t => {
    const { app } = buildTestApp(t)
    const headers = { origin: 'http://localhost:3000' }
    const response = await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })
    isError(t, answerOf(response), status, exception, message)
    t.equal(response.headers['access-control-allow-origin'], headers.origin)
    t.match(response.headers['access-control-expose-headers'], /x-amzn-RequestId.*x-amzn-ErrorType/i)
  })
}

t.test('the Allow header of a 405 names the methods that the path has, and no other', async t => {
  const { app } = buildTestApp(t)
  const paths = {
    '/v1/apps': ['GET', 'POST'],
    '/v1/apps/a': ['DELETE', 'GET'],
    '/v1/apps/a/endpoints/e%2F1': ['DELETE', 'GET', 'PUT'],
    '/v1/apps/a/jobs/import/j': ['GET'],
    '/v1/apps/a/settings': ['GET', 'PUT'],
    '/v1/tags/arn:aws:mobiletargeting:us-east-1:123456789012:apps/a': ['DELETE', 'GET', 'POST'],
  }
  for (const [url, methods] of Object.entries(paths)) {
    const response = await app.inject({ method: 'PATCH', url })
    t.equal(response.statusCode, 405, url)
    t.strictSame(String(response.headers.allow).split(', ').sort(), methods, url)
  }
})

t.test('a call of another service is told which one is served', async t => {
  const { app } = buildTestApp(t)
  const signedFor = async (service: string) => {
    const scope = `test/20270301/us-east-1/${service}/aws4_request`
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`
    return answerOf(await app.inject({ url: '/v1/email/account', headers: { authorization } }))
  }
  const nothing = 'There is nothing at /v1/email/account'
  isError(
    t,
    await signedFor('ses'),
    404,
    'NotFoundException',
    `${nothing}: the call is signed for ses, and no service but Pinpoint (mobiletargeting) is served`,
  )
  isError(t, await signedFor('mobiletargeting'), 404, 'NotFoundException', nothing)
})

t.test('a path is compared letter by letter', async t => {
  const { app } = buildTestApp(t)
  for (const url of ['/V1/apps', '/v1/Apps', '/v1//apps', '/v2/apps', '/v1/apps/a/b/c']) {
    isError(t, answerOf(await app.inject(url)), 404, 'NotFoundException', `There is nothing at ${url}`)
  }
})

t.test('a path parameter of 2048 characters is taken', async t => {
  const { call } = buildTestApp(t)
  const answer = await call('GET', `/v1/apps/${'a'.repeat(2048)}`)
  isError(t, answer, 404, 'NotFoundException', 'Application not found')
})

t.test('each request has an id of its own, also when it succeeds', async t => {
  const { call } = buildTestApp(t)
  const ids = new Set<unknown>()
  for (const url of ['/v1/apps', '/v1/apps', '/v1/apps/nope', '/v1/nowhere', '/_pinpoint/health']) {
    const { headers } = await call('GET', url)
    t.match(headers['x-amzn-requestid'], /^[0-9a-f-]{36}$/)
    ids.add(headers['x-amzn-requestid'])
  }
  t.equal(ids.size, 5)
})

t.test('a request id that the caller sends is not taken over', async t => {
  const { app } = buildTestApp(t)
  const response = await app.inject({ url: '/v1/apps', headers: { 'request-id': 'mine' } })
  t.not(response.headers['x-amzn-requestid'], 'mine')
})

for (const [what, thrown] of [
  ['an error', new TypeError('the secret is 42')],
  ['an error that carries a status of 500', Object.assign(new Error('secret'), { statusCode: 500 })],
  ['an error of the database', Object.assign(new Error('secret'), { code: 'SQLITE_CORRUPT' })],
  ['a string', 'secret'],
  ['nothing', undefined],
] as const) {
  t.test(`${what} that nobody expects answers 500, told briefly`, async t => {
    const fail = () => {
      throw thrown
    }
    const { call } = buildTestApp(t, { now: fail })
    const answer = await call('POST', '/v1/apps', { Name: 'x' })
    isError(t, answer, 500, 'InternalServerErrorException', /^Internal error/)
    t.notMatch(answer.body.Message, /secret/)
  })
}

t.test('an unexpected error is logged in full, under the id that the caller was told', async t => {
  const lines: string[] = []
  const { call } = buildTestApp(t, {
    logger: pino({ level: 'error' }, { write: line => void lines.push(line) }),
    now: () => {
      throw new TypeError('the secret is 42')
    },
  })
  const { body } = await call('POST', '/v1/apps', { Name: 'x' })
  t.equal(lines.length, 1)
  const logged = JSON.parse(lines[0]!)
  t.match(logged.err, { type: 'TypeError', message: 'the secret is 42', stack: /errors\.test\.ts/ })
  t.equal(logged.reqId, body.RequestID)
})

t.test('what the caller did wrong is not logged as an error', async t => {
  const lines: string[] = []
  const { call } = buildTestApp(t, {
    logger: pino({ level: 'error' }, { write: line => void lines.push(line) }),
  })
  await call('GET', '/v1/apps/nope')
  await call('GET', '/v1/nowhere')
  await call('POST', '/v1/apps', {})
  t.strictSame(lines, [])
})
