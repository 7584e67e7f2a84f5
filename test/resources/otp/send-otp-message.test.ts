import {
  SendOTPMessageCommand,
  UpdateSmsChannelCommand,
  VerifyOTPMessageCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { controlOf } from '../../support/control.ts'
import { createApp, isError, startEmulator } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { createOtpApp, otpRequest, start } from '../../support/otp.ts'

const { DestinationIdentity: address } = otpRequest

t.test('SendOTPMessage sends an SMS with a random code, and answers as SendMessages does', async t => {
  const { app, send, list, messages } = await createOtpApp(t)
  const { status, body } = await send()
  t.equal(status, 200)
  const { MessageId } = body.Result[address]
  t.same(body, {
    ApplicationId: app,
    RequestId: body.RequestId,
    Result: {
      [address]: {
        DeliveryStatus: 'SUCCESSFUL',
        MessageId,
        StatusCode: 200,
        StatusMessage: `MessageId: ${MessageId}`,
      },
    },
  })
  const [otp] = await list()
  t.match(otp.code, /^\d{6}$/)
  t.same(otp, {
    app,
    reference: 'reset-1',
    address,
    code: otp.code,
    attemptsLeft: 3,
    isValid: true,
    expiresAt: '2027-03-01T09:15:00.000Z',
  })
  matchEach(t, messages(), [
    {
      operation: 'SendOTPMessage',
      requestId: body.RequestId,
      messageId: MessageId,
      channel: 'SMS',
      address,
      body: `This is your One Time Password: ${otp.code} from Shop & Co {{x}}`,
      language: 'en-US',
      messageType: 'TRANSACTIONAL',
      originationNumber: '+18555550100',
      status: 'SUCCESSFUL',
    },
  ])
})

t.test('all that SendOTPMessage may ask for takes effect', async t => {
  const { send, list, messages } = await createOtpApp(t)
  await send({
    CodeLength: 8,
    ValidityPeriod: 60,
    AllowedAttempts: 5,
    Language: 'de-DE',
    OriginationIdentity: 'SHOP',
    EntityId: 'entity',
    TemplateId: 'template',
    BrandName: 'B'.repeat(20),
    ReferenceId: 'r'.repeat(48),
  })
  const [otp] = await list()
  t.match(otp, { expiresAt: '2027-03-01T10:00:00.000Z', attemptsLeft: 5, code: /^\d{8}$/ })
  matchEach(t, messages(), [
    { senderId: 'SHOP', entityId: 'entity', templateId: 'template', language: 'de-DE' },
  ])
  t.notOk(messages()[0]!.originationNumber)
})

t.test('one-time passwords differ, have the length that is asked for, and may begin with a zero', async t => {
  const { send, list } = await createOtpApp(t)
  for (let number = 0; number < 100; number++) await send({ CodeLength: 5, ReferenceId: `r${number}` })
  const codes = (await list('?page-size=1000')).map(({ code }: { code: string }) => code)
  t.equal(codes.length, 100)
  t.ok(codes.every((code: string) => /^\d{5}$/.test(code)))
  t.ok(new Set(codes).size > 90)
})

t.test('OTP_CODE is the code of all one-time passwords', async t => {
  const { send, list, verify } = await createOtpApp(t, { otpCode: '01234' })
  await send({ CodeLength: 8 })
  matchEach(t, await list(), [{ code: '01234' }])
  t.equal(await verify('01234'), true)
})

t.test('a one-time password replaces that of its reference and number, with time and attempts', async t => {
  const { send, list, verify, setClock } = await createOtpApp(t)
  await send({ AllowedAttempts: 1 })
  const [first] = await list()
  await send({ ReferenceId: 'other', DestinationIdentity: address })
  t.equal(await verify('wrong'), false)
  setClock(start + 60_000)
  await send()
  const all = await list()
  matchEach(t, all, [
    { reference: 'reset-1', attemptsLeft: 3, isValid: true, expiresAt: '2027-03-01T09:16:00.000Z' },
    { reference: 'other' },
  ])
  t.equal(all.length, 2)
  if (all[0].code !== first.code) t.equal(await verify(first.code), false)
  t.equal(await verify(all[0].code), true)
})

t.test('a one-time password that is not sent is answered 200 and why, and replaces nothing', async t => {
  const { app, call, send, list, verify, messages, createApp } = await createOtpApp(t)
  await send()
  const [{ code }] = await list()
  await call('PUT', `/v1/apps/${app}/channels/sms`, { Enabled: false })
  t.match(await send(), {
    status: 200,
    body: {
      Result: {
        [address]: {
          DeliveryStatus: 'PERMANENT_FAILURE',
          StatusCode: 400,
          StatusMessage: `No channel of type SMS is enabled for the application ${app}`,
        },
      },
    },
  })
  t.equal(messages().length, 2, 'failures are recorded, too')
  t.equal((await list()).length, 1)
  t.equal(await verify(code), true)

  const { Id } = await createApp()
  await call('POST', `/v1/apps/${Id}/otp`, otpRequest)
  t.same(await list(`?app=${Id}`), [])
})

t.test('a wrong SendOTPMessage is refused, names the member, and sends nothing', async t => {
  const { call, send, list, messages } = await createOtpApp(t)
  const bad = async (request: object, message: string | RegExp) =>
    isError(t, await send(request), 400, 'BadRequestException', message)
  for (const member of Object.keys(otpRequest)) {
    await bad({ [member]: undefined }, new RegExp(`^${member} is required`))
    await bad({ [member]: 7 }, new RegExp(`^${member} must be`))
  }
  await bad({ Channel: 'EMAIL' }, 'Channel must be one of SMS; got "EMAIL"')
  await bad({ CodeLength: 4 }, 'CodeLength must be a whole number from 5 to 8; got 4')
  await bad({ CodeLength: 9 }, /^CodeLength must be/)
  await bad({ CodeLength: 5.5 }, /^CodeLength must be/)
  await bad({ ValidityPeriod: 2 }, 'ValidityPeriod must be a whole number from 5 to 60; got 2')
  await bad({ ValidityPeriod: 61 }, /^ValidityPeriod must be/)
  await bad({ AllowedAttempts: 0 }, 'AllowedAttempts must be a whole number from 1 to 5; got 0')
  await bad({ AllowedAttempts: 6 }, /^AllowedAttempts must be/)
  await bad({ Language: 'en' }, /^Language must be one of de-DE, en-GB/)
  await bad({ BrandName: 'B'.repeat(21) }, 'BrandName must have from 1 to 20 characters; got 21')
  await bad({ BrandName: '' }, /^BrandName must have/)
  await bad({ ReferenceId: 'r'.repeat(49) }, 'ReferenceId must have from 1 to 48 characters; got 49')
  await bad({ ReferenceId: '' }, /^ReferenceId must have/)
  await bad({ OriginationIdentity: '' }, /^OriginationIdentity must not be empty/)
  for (const number of ['', '12065550142', '+1 206 555 0142', '+02065550142', `+${'1'.repeat(16)}`]) {
    const message = `DestinationIdentity must be a phone number in E.164 format, such as +12065550142; got ${JSON.stringify(number)}`
    await bad({ DestinationIdentity: number }, message)
  }
  const unknown = await call('POST', '/v1/apps/nix/otp', {})
  isError(t, unknown, 404, 'NotFoundException', 'Resource not found')
  t.same([await list(), messages()], [[], []])
})

t.test('the SDK sends and verifies one-time passwords; twenty at once lose nothing', async t => {
  const { client, url } = await startEmulator(t)
  const ApplicationId = await createApp(client)
  await client.send(new UpdateSmsChannelCommand({ ApplicationId, SMSChannelRequest: { Enabled: true } }))
  const numbers = Array.from({ length: 20 }, (_, index) => `+120655501${String(index).padStart(2, '0')}`)
  await Promise.all(
    numbers.map(DestinationIdentity =>
      client.send(
        new SendOTPMessageCommand({
          ApplicationId,
          SendOTPMessageRequestParameters: { ...otpRequest, DestinationIdentity },
        }),
      ),
    ),
  )
  const { body } = await controlOf(url)('GET', `/_pinpoint/otp?app=${ApplicationId}`)
  t.equal(body.items.length, 20)
  for (const { reference, address, code } of body.items) {
    const { VerificationResponse } = await client.send(
      new VerifyOTPMessageCommand({
        ApplicationId,
        VerifyOTPMessageRequestParameters: {
          ReferenceId: reference,
          DestinationIdentity: address,
          Otp: code,
        },
      }),
    )
    t.equal(VerificationResponse?.Valid, true)
  }
})
