import t from 'tap'
import { startPinpoint } from '../../server/index.ts'
import { controlOf } from '../support/control.ts'
import { createAppBy, isError, startEmulator } from '../support/helpers.ts'
import { createOtpApp, otpRequest } from '../support/otp.ts'

t.test('one-time passwords are listed newest first, by application, reference and number', async t => {
  const { app, call, send, list, createApp } = await createOtpApp(t)
  const [one, two] = ['+12065550101', '+12065550102']
  await send({ ReferenceId: 'a', DestinationIdentity: one })
  await send({ ReferenceId: 'a', DestinationIdentity: two })
  await send({ ReferenceId: 'b', DestinationIdentity: two })
  const { Id: other } = await createApp()
  await call('PUT', `/v1/apps/${other}/channels/sms`, {})
  await call('POST', `/v1/apps/${other}/otp`, { ...otpRequest, ReferenceId: 'a', DestinationIdentity: one })
  const found = async (query: string) =>
    (await list(query)).map((otp: { app: string; reference: string; address: string }) =>
      [otp.app === app ? 'app' : 'other', otp.reference, otp.address.slice(-1)].join(' '),
    )
  t.same(await found(''), ['other a 1', 'app b 2', 'app a 2', 'app a 1'])
  t.same(await found(`?app=${app}`), ['app b 2', 'app a 2', 'app a 1'])
  t.same(await found('?reference=a'), ['other a 1', 'app a 2', 'app a 1'])
  t.same(await found('?address=%2B12065550102'), ['app b 2', 'app a 2'])
  t.same(await found('?address=+12065550102'), ['app b 2', 'app a 2'], 'a plus that is not escaped')
  t.same(await found(`?app=${app}&reference=a&address=%2B12065550101`), ['app a 1'])
  t.same(await found('?reference=a&address=%2B12065550101'), ['other a 1', 'app a 1'])
  t.same(await found(`?app=${other}&address=%2B12065550101`), ['other a 1'])
  t.same(await found(`?app=${app}&reference=a`), ['app a 2', 'app a 1'])
  t.same(await found('?app=nix'), [])
  t.same(await found('?app=nix&reference=a'), [])

  const { body } = await call('GET', '/_pinpoint/otp?page-size=3')
  t.equal(body.items.length, 3)
  t.same(await found(`?page-size=3&token=${body.nextToken}`), ['app a 1'])
  isError(
    t,
    await call('GET', '/_pinpoint/otp?phone=1'),
    400,
    'BadRequestException',
    /phone is not a query parameter/,
  )
})

t.test("the newest one-time password of a reference is at LocalStack's path, in its form", async t => {
  const { app, call, send, verify, list } = await createOtpApp(t)
  await send({ DestinationIdentity: '+12065550101' })
  await send({ CodeLength: 5, Language: 'en-US' })
  await verify('wrong')
  const [{ code }] = await list()
  const { status, body } = await call('GET', `/_aws/pinpoint/${app}/reset-1`)
  t.equal(status, 200)
  t.same(body, {
    ...otpRequest,
    Language: 'en-US',
    AllowedAttempts: 3,
    CodeLength: 5,
    ValidityPeriod: 15,
    Attempts: 1,
    ApplicationId: app,
    CreatedTimestamp: '2027-03-01T09:00:00.000Z',
    Code: code,
  })
  isError(
    t,
    await call('GET', `/_aws/pinpoint/${app}/nix`),
    404,
    'NotFoundException',
    /with the reference nix/,
  )
  isError(t, await call('GET', '/_aws/pinpoint/x'), 404, 'NotFoundException', /^There is nothing at/)
  isError(
    t,
    await call('POST', `/_aws/pinpoint/${app}/reset-1`),
    405,
    'MethodNotAllowedException',
    /allowed: GET/,
  )
})

t.test('calls for one-time passwords need the control token, and are closed to other origins', async t => {
  const { url } = await startEmulator(t, { CONTROL_TOKEN: 'secret' })
  for (const path of ['/_pinpoint/otp', '/_aws/pinpoint/a/r', '/_aws/pinpoint/nix']) {
    t.equal((await controlOf(url)('GET', path)).status, 401, path)
    const authorization = 'Bearer secret'
    const origin = { origin: 'http://localhost:3000' }
    t.equal((await fetch(url + path, { headers: { authorization, ...origin } })).status, 403, path)
    t.not((await fetch(url + path, { headers: { authorization } })).status, 401, path)
  }
  const { status } = await fetch(`${url}/_pinpoint/requests`, { headers: { authorization: 'Bearer secret' } })
  t.equal(status, 200)
})

t.test('otp() of an emulator in a test process gives the newest one-time password', async t => {
  const pinpoint = await startPinpoint({ otpCode: '13579', controlToken: 'secret' })
  t.teardown(() => pinpoint.close())
  const call = controlOf(pinpoint.url)
  const { Id } = await createAppBy(call)
  await call('PUT', `/v1/apps/${Id}/channels/sms`, {})
  await t.rejects(pinpoint.otp({ address: '+12065550142' }), {
    message: 'no one-time password was sent that fits {"address":"+12065550142"}',
  })
  await call('POST', `/v1/apps/${Id}/otp`, otpRequest)
  await call('POST', `/v1/apps/${Id}/otp`, { ...otpRequest, ReferenceId: 'second' })
  t.match(await pinpoint.otp(), { code: '13579', reference: 'second' })
  const { code, isValid } = await pinpoint.otp({ app: Id, reference: 'reset-1', address: '+12065550142' })
  t.same([code, isValid], ['13579', true])
})

t.test('a restart keeps one-time passwords', async t => {
  const DATA_DIR = t.testdir()
  const first = await startEmulator(t, { DATA_DIR })
  const call = controlOf(first.url)
  const { Id } = await createAppBy(call)
  await call('PUT', `/v1/apps/${Id}/channels/sms`, {})
  await call('POST', `/v1/apps/${Id}/otp`, otpRequest)
  const before = (await call('GET', '/_pinpoint/otp')).body
  await first.close()
  const second = await startEmulator(t, { DATA_DIR })
  const again = controlOf(second.url)
  t.same((await again('GET', '/_pinpoint/otp')).body, before)
  const { reference: ReferenceId, address: DestinationIdentity, code: Otp } = before.items[0]
  const { body } = await again('POST', `/v1/apps/${Id}/verify-otp`, { ReferenceId, DestinationIdentity, Otp })
  t.same(body, { Valid: true })
})
