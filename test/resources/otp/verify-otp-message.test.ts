import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { createOtpApp, otpRequest, start } from '../../support/otp.ts'

const minute = 60_000

/** An application that has sent a one-time password, and its code and another one. */
async function sent(t: Parameters<typeof createOtpApp>[0], request: object = {}) {
  const app = await createOtpApp(t)
  await app.send(request)
  const [{ code }] = await app.list()
  return { ...app, code: code as string, wrong: code === '00000' ? '11111' : '00000' }
}

t.test('the right one-time password is valid, once', async t => {
  const { verify, list, code } = await sent(t)
  t.equal(await verify(code), true)
  t.equal(await verify(code), false)
  matchEach(t, await list(), [{ attemptsLeft: 3, isValid: false }])
})

t.test('a code for another reference, number or application is not, and costs no attempt', async t => {
  const { call, createApp, verify, list, code } = await sent(t)
  t.equal(await verify(code, { ReferenceId: 'nix' }), false)
  t.equal(await verify(code, { ReferenceId: 'RESET-1' }), false)
  t.equal(await verify(code, { DestinationIdentity: '+12065550143' }), false)
  t.equal(await verify(code, { DestinationIdentity: 'nix', ReferenceId: 'r'.repeat(100) }), false)
  const { Id } = await createApp()
  const { ReferenceId, DestinationIdentity } = otpRequest
  const other = await call('POST', `/v1/apps/${Id}/verify-otp`, {
    ReferenceId,
    DestinationIdentity,
    Otp: code,
  })
  t.same([other.status, other.body], [200, { Valid: false }])
  matchEach(t, await list(), [{ attemptsLeft: 3, isValid: true }])
  t.equal(await verify(code), true)
})

t.test('after as many wrong codes as are allowed, the right one is not valid either', async t => {
  for (const AllowedAttempts of [1, 3, 5]) {
    const { verify, list, code, wrong } = await sent(t, { AllowedAttempts })
    for (let left = AllowedAttempts - 1; left >= 0; left--) {
      t.equal(await verify(wrong), false)
      matchEach(t, await list(), [{ attemptsLeft: left, isValid: left > 0 }])
    }
    t.equal(await verify(code), false)
    matchEach(t, await list(), [{ attemptsLeft: 0 }])
  }
  const { verify, code, wrong } = await sent(t)
  t.equal(await verify(wrong), false)
  t.equal(await verify(''), false)
  t.equal(await verify(code), true, 'the last attempt may be the right one')
})

t.test('a one-time password expires by the clock of the emulator', async t => {
  const { verify, setClock, list, code } = await sent(t, { ValidityPeriod: 5 })
  setClock(start + 5 * minute)
  matchEach(t, await list(), [{ isValid: false, expiresAt: '2027-03-01T09:05:00.000Z' }])
  t.equal(await verify(code), false)
  setClock(start + 5 * minute - 1)
  matchEach(t, await list(), [{ isValid: true, attemptsLeft: 3 }])
  t.equal(await verify(code), true)
})

t.test('a VerifyOTPMessage with a member missing or of another type is refused', async t => {
  const { app, call } = await sent(t)
  const verify = (body: object) => call('POST', `/v1/apps/${app}/verify-otp`, body)
  const body = { ReferenceId: 'reset-1', DestinationIdentity: '+12065550142', Otp: '123456' }
  for (const member of Object.keys(body)) {
    const missing = await verify({ ...body, [member]: undefined })
    isError(t, missing, 400, 'BadRequestException', `${member} is required: it must be a string`)
    const wrong = await verify({ ...body, [member]: 1 })
    isError(t, wrong, 400, 'BadRequestException', `${member} must be a string; got 1`)
  }
  const unknown = await call('POST', '/v1/apps/nix/verify-otp', body)
  isError(t, unknown, 404, 'NotFoundException', 'Resource not found')
})
