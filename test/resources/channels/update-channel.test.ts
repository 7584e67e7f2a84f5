import t from 'tap'
import { buildTestApp, isError } from '../../support/helpers.ts'
import { anySecret, channelTypes, newChannel, withChannels } from '../../support/with-channels.ts'

for (const { name, platform, request, answer } of channelTypes) {
  t.test(`Update${name}Channel creates a channel and answers it without its secrets`, async t => {
    const { put, get, app } = await withChannels(t)
    const { status, body } = await put(platform, request)
    t.equal(status, 200)
    t.strictSame(body, { ...newChannel(app, platform), ...answer })
    t.notMatch(JSON.stringify(body), anySecret)
    t.strictSame((await get(platform)).body, body)
  })

  t.test(`a second Update${name}Channel keeps CreationDate and raises Version`, async t => {
    const { put, get, app } = await withChannels(t)
    await put(platform, request)
    const { body } = await put(platform, { ...request, Enabled: false })
    t.strictSame(body, {
      ...newChannel(app, platform),
      ...answer,
      Enabled: false,
      LastModifiedDate: '2026-01-02T03:04:02.000Z',
      Version: 2,
    })
    t.strictSame((await get(platform)).body, body)
    t.match((await put(platform, request)).body, { Enabled: false, Version: 3 }, 'Enabled stays as well')
  })

  t.test(`Update${name}Channel of an unknown application answers 404, whatever the body is`, async t => {
    const { call } = buildTestApp(t)
    for (const body of [request, { Enabled: 'yes' }, undefined]) {
      const answer = await call('PUT', `/v1/apps/nope/channels/${platform.toLowerCase()}`, body)
      isError(t, answer, 404, 'NotFoundException', 'Resource not found')
    }
  })
}

t.test('a new channel can be disabled', async t => {
  const { put } = await withChannels(t)
  t.match((await put('VOICE', { Enabled: false })).body, { Enabled: false, Version: 1 })
})

t.test('a member that is not given stays, and an empty one is removed', async t => {
  const { put } = await withChannels(t)
  await put('SMS', { SenderId: 'SHOP', ShortCode: '12345' })
  t.match((await put('SMS', { Enabled: false })).body, { SenderId: 'SHOP', ShortCode: '12345' })
  t.match((await put('SMS', { SenderId: null, ShortCode: '67890' })).body, {
    SenderId: 'SHOP',
    ShortCode: '67890',
  })
  const { body } = await put('SMS', { SenderId: '' })
  t.notOk('SenderId' in body)
  t.equal(body.ShortCode, '67890')
})

t.test('members that are not set are absent', async t => {
  const { put, app } = await withChannels(t)
  const email = {
    FromAddress: 'ann@example.com',
    Identity: 'arn:aws:ses:us-east-1:1:identity/x',
    RoleArn: '',
  }
  const { RoleArn, ...set } = email
  t.strictSame((await put('EMAIL', email)).body, {
    ...newChannel(app, 'EMAIL'),
    ...set,
    MessagesPerSecond: 1,
  })
})

t.test('GCM answers how it authenticates, KEY by default, and which credentials it has', async t => {
  const { put } = await withChannels(t)
  const key = { DefaultAuthenticationMethod: 'KEY', HasCredential: true, HasFcmServiceCredentials: false }
  t.match((await put('GCM', { ApiKey: 'k' })).body, key)
  const both = await put('GCM', { ServiceJson: '{}', DefaultAuthenticationMethod: 'TOKEN' })
  t.match(both.body, { DefaultAuthenticationMethod: 'TOKEN', HasFcmServiceCredentials: true })
  t.match((await put('GCM', { ServiceJson: '', DefaultAuthenticationMethod: '' })).body, key)
})

t.test('APNs answers no DefaultAuthenticationMethod that was not given', async t => {
  const { put } = await withChannels(t)
  const certificate = { Certificate: 'c', PrivateKey: 'p' }
  const given = (await put('APNS', { ...certificate, DefaultAuthenticationMethod: 'CERTIFICATE' })).body
  t.match(given, { DefaultAuthenticationMethod: 'CERTIFICATE', HasCredential: true, HasTokenKey: false })
  t.notOk('DefaultAuthenticationMethod' in (await put('APNS_VOIP', certificate)).body)
  const removed = (await put('APNS', { DefaultAuthenticationMethod: '' })).body
  t.notOk('DefaultAuthenticationMethod' in removed)
})

const token = { BundleId: 'b', TeamId: 't', TokenKey: 'k', TokenKeyId: 'i' }
const certificate = { Certificate: 'c', PrivateKey: 'p' }
const withoutOne = (set: Record<string, string>) =>
  Object.keys(set).flatMap(name => [
    { ...set, [name]: '' },
    { ...set, [name]: undefined },
  ])
for (const [platform, bodies] of [
  ...['APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX'].map(
    apns => [apns, [{}, { Enabled: false }, ...withoutOne(token), ...withoutOne(certificate)]] as const,
  ),
  ['GCM', [{}, { Enabled: false }, { ApiKey: '' }, { ApiKey: '', ServiceJson: '' }]],
] as const) {
  t.test(`${platform} without a full set of credentials answers 400, and there is no channel`, async t => {
    const { put, get } = await withChannels(t)
    for (const body of bodies) {
      const answer = await put(platform, body)
      isError(t, answer, 400, 'BadRequestException', 'Missing credentials')
    }
    isError(t, await get(platform), 404, 'NotFoundException', 'Resource not found')
  })
}

t.test('an APNs channel changes from a certificate to a token, and is disabled by Enabled alone', async t => {
  const { put, get } = await withChannels(t)
  await put('APNS', certificate)
  t.match((await put('APNS', { ...token, Certificate: '', PrivateKey: '' })).body, { HasTokenKey: true })
  t.match((await put('APNS', { Enabled: false })).body, { Enabled: false, HasTokenKey: true })
  const before = (await get('APNS')).body
  isError(t, await put('APNS', { TokenKey: '' }), 400, 'BadRequestException', 'Missing credentials')
  t.strictSame((await get('APNS')).body, before, 'it is as it was')
})

const required = (member: string) => `${member} is required: it must be a string`
const empty = (member: string) => `${member} must be a string that is not empty`
for (const [platform, change, message] of [
  ['ADM', { ClientId: undefined }, `${required('ClientId')} that is not empty`],
  ['ADM', { ClientSecret: null }, `${required('ClientSecret')} that is not empty`],
  ['ADM', { ClientSecret: '' }, empty('ClientSecret')],
  ['BAIDU', { ApiKey: '' }, empty('ApiKey')],
  ['BAIDU', { SecretKey: '' }, empty('SecretKey')],
  ['EMAIL', { FromAddress: '' }, `${empty('FromAddress')}; got ""`],
  ['EMAIL', { Identity: undefined }, `${required('Identity')} that is not empty`],
  ['EMAIL', { RoleArn: 7 }, 'RoleArn must be a string; got 7'],
  ['SMS', { Enabled: 'yes' }, 'Enabled must be true or false; got "yes"'],
  ['VOICE', { Enabled: 1 }, 'Enabled must be true or false; got 1'],
] as const) {
  t.test(`${platform} with ${JSON.stringify(change)} answers 400, and the channel stays`, async t => {
    const { put, get } = await withChannels(t)
    const { request } = channelTypes.find(type => type.platform === platform)!
    const before = (await put(platform, request)).body
    isError(t, await put(platform, { ...request, ...change }), 400, 'BadRequestException', message)
    t.strictSame((await get(platform)).body, before)
  })
}

t.test('a body is required, and members that Pinpoint does not know are ignored', async t => {
  const { call, put, urlOf, app } = await withChannels(t)
  const none = await call('PUT', urlOf('VOICE'))
  isError(t, none, 400, 'BadRequestException', /^The request body is required/)
  const { body } = await put('VOICE', { Version: 7, Platform: 'SMS', More: 1, HasCredential: true })
  t.strictSame(body, newChannel(app, 'VOICE'))
})

t.test('a path that is no type of channel answers 404', async t => {
  const { call, channels } = await withChannels(t)
  for (const path of ['push', 'in_app', 'custom', 'SMS', 'apns-sandbox']) {
    const answer = await call('PUT', `${channels}/${path}`, { Enabled: true })
    t.match({ path, status: answer.status }, { path, status: 404 })
  }
})

t.test('channels of one type in two applications are apart', async t => {
  const { call, createApp, put, get } = await withChannels(t)
  const { Id } = await createApp()
  await put('SMS', { SenderId: 'SHOP' })
  const sms = `/v1/apps/${Id}/channels/sms`
  isError(t, await call('GET', sms), 404, 'NotFoundException', 'Resource not found')
  t.match((await call('PUT', sms, { SenderId: 'OTHER' })).body, { SenderId: 'OTHER', ApplicationId: Id })
  t.match((await get('SMS')).body, { SenderId: 'SHOP' })
})
