import t from 'tap'
import { withSending } from '../support/sending.ts'

const now = () => new Date('2026-01-02T03:04:05.678Z')

const Data = { id: '7' }

t.test('what an Android device gets: texts alone, under the names that apps read', async t => {
  const { send, outbox } = await withSending(t)
  const sent = async (message: object, ChannelType = 'GCM', more: object = {}) => {
    const MessageConfiguration = { [`${ChannelType}Message`]: message }
    await send({ MessageConfiguration, Addresses: { token: { ChannelType } }, ...more })
    return (await outbox())[0].payload
  }
  const direct = { 'pinpoint.campaign.campaign_id': '_DIRECT', 'pinpoint.notification.silentPush': '0' }
  t.strictSame(await sent({ Title: 'T', Body: 'B' }), {
    data: {
      'pinpoint.openApp': 'true',
      'pinpoint.notification.title': 'T',
      'pinpoint.notification.body': 'B',
      ...direct,
    },
  })
  const rest = {
    Body: 'B',
    Action: 'URL',
    Url: 'http://example.com',
    Data,
    IconReference: 'icon',
    Sound: 'ping',
    ImageUrl: 'http://i',
    ImageIconUrl: 'http://ii',
    SmallImageIconUrl: 'http://sii',
    CollapseKey: 'k',
    Priority: 'high',
    RestrictedPackageName: 'com.example',
    TimeToLive: 60,
  }
  t.strictSame(await sent(rest, 'GCM', { Context: { order: '9' } }), {
    data: {
      'pinpoint.url': 'http://example.com',
      'pinpoint.notification.body': 'B',
      'pinpoint.notification.icon': 'icon',
      'pinpoint.notification.sound': 'ping',
      'pinpoint.notification.imageUrl': 'http://i',
      'pinpoint.notification.imageIconUrl': 'http://ii',
      'pinpoint.notification.imageSmallIconUrl': 'http://sii',
      'pinpoint.order': '9',
      ...direct,
      'pinpoint.jsonBody': '{"id":"7"}',
    },
    collapse_key: 'k',
    priority: 'high',
    restricted_package_name: 'com.example',
    time_to_live: 60,
  })
  const Context = {
    'notification.body': 'C',
    'campaign.campaign_id': 'c',
    openApp: 'false',
    'notification.sound': 's',
    url: 'u',
    deeplink: 'd',
    jsonBody: 'j',
  }
  t.match(
    await sent({ Title: 'T', Body: 'B' }, 'GCM', { Context }),
    {
      data: {
        ...direct,
        'pinpoint.notification.body': 'B',
        'pinpoint.openApp': 'true',
        'pinpoint.notification.sound': 's',
        'pinpoint.url': 'u',
        'pinpoint.deeplink': 'd',
        'pinpoint.jsonBody': 'j',
      },
    },
    'a Context says what the message does not say',
  )
  t.match(await sent({ Body: 'B', Action: 'DEEP_LINK', Url: 'app://x' }), {
    data: { 'pinpoint.deeplink': 'app://x', 'pinpoint.openApp': undefined },
  })
  t.strictSame(await sent({ SilentPush: true, Data }), {
    data: {
      'pinpoint.openApp': 'true',
      ...direct,
      'pinpoint.notification.silentPush': '1',
      'pinpoint.jsonBody': '{"id":"7"}',
    },
  })
  t.match(await sent({ Body: 'B', ConsolidationKey: 'k', ExpiresAfter: '60', MD5: 'm' }, 'ADM'), {
    data: { 'pinpoint.notification.body': 'B' },
    consolidationKey: 'k',
    expiresAfter: '60',
    md5: 'm',
  })
})

t.test('what an Apple device gets, and the headers beside it', async t => {
  const { send, outbox } = await withSending(t, { now })
  const sent = async (APNSMessage: object) => {
    await send({ MessageConfiguration: { APNSMessage }, Addresses: { token: { ChannelType: 'APNS' } } })
    return (await outbox())[0]
  }
  const campaign = { campaign_id: '_DIRECT' }
  const { payload, headers } = await sent({ Title: 'T', Body: 'B' })
  t.equal(headers, undefined)
  t.strictSame(payload, {
    aps: { alert: { title: 'T', body: 'B' }, 'content-available': 1 },
    data: { pinpoint: { campaign } },
  })
  const all = await sent({
    Body: 'B',
    Action: 'DEEP_LINK',
    Url: 'app://x',
    Data,
    MediaUrl: 'http://m',
    Sound: 'default',
    Badge: 0,
    Category: 'c',
    ThreadId: 't',
    CollapseId: 'id',
    Priority: 'normal',
    TimeToLive: 60,
    APNSPushType: 'alert',
  })
  t.strictSame(all.payload, {
    aps: {
      alert: { body: 'B' },
      badge: 0,
      category: 'c',
      'content-available': 1,
      'mutable-content': 1,
      sound: 'default',
      'thread-id': 't',
    },
    data: { pinpoint: { campaign, deeplink: 'app://x' }, jsonBody: Data, 'media-url': 'http://m' },
  })
  t.strictSame(all.headers, [
    { name: 'apns-collapse-id', value: 'id' },
    { name: 'apns-expiration', value: '1767323105' },
    { name: 'apns-priority', value: '5' },
    { name: 'apns-push-type', value: 'alert' },
  ])
  const silent = await sent({ SilentPush: true, Data })
  t.strictSame(silent.payload, {
    aps: { 'content-available': 1 },
    data: { pinpoint: { campaign }, jsonBody: Data },
  })
})
