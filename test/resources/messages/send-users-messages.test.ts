import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { emailId, failure, smsId, withSending } from '../../support/sending.ts'

/** Ann has an e-mail, an SMS and a push endpoint, one that is INACTIVE and one that has opted out. */
async function withAnn(t: Parameters<typeof withSending>[0]) {
  const sending = await withSending(t)
  const User = { UserId: 'ann', UserAttributes: { Name: ['Ann'] } }
  await sending.endpoint('mail', { ChannelType: 'EMAIL', Address: 'ann@example.com', User })
  await sending.endpoint('Phone', { ChannelType: 'SMS', Address: '+15550000001', User })
  await sending.endpoint('app', { ChannelType: 'APNS', Address: 'token', User })
  await sending.endpoint('old', { ChannelType: 'APNS', Address: 'old', EndpointStatus: 'INACTIVE', User })
  await sending.endpoint('no', { ChannelType: 'GCM', Address: 'no', OptOut: 'ALL', User })
  return sending
}

t.test('each endpoint of a user that is not INACTIVE has a result of its own', async t => {
  const { sendUsers, outbox, app } = await withAnn(t)
  const { status, body, headers } = await sendUsers({
    MessageConfiguration: { DefaultPushNotificationMessage: { Body: 'Hi {{User.UserAttributes.Name}}' } },
    Users: { ann: {} },
  })
  t.equal(status, 200)
  t.strictSame(body, {
    ApplicationId: app,
    RequestId: headers['x-amzn-requestid'],
    Result: {
      ann: {
        app: { Address: 'token', DeliveryStatus: 'SUCCESSFUL', StatusCode: 200, StatusMessage: '' },
        mail: {
          Address: 'ann@example.com',
          ...failure('Either template or email message must be specified'),
        },
        Phone: { Address: '+15550000001', ...failure('Either template or sms message must be specified') },
        no: { Address: 'no', ...failure('Endpoint has opted out', 'OPT_OUT') },
      },
    },
  })
  t.equal((await outbox({ user: 'ann', operation: 'SendUsersMessages' })).length, 4)
  matchEach(t, await outbox({ endpoint: 'app' }), [
    { body: 'Hi Ann', user: 'ann', requestId: body.RequestId },
  ])
})

t.test('all channels at once, with what a user has of its own', async t => {
  const { sendUsers, template, outbox, put } = await withAnn(t)
  await template('welcome', 'email', { Subject: 'Welcome', TextPart: '{{code}}' })
  await put('endpoints/ben', { ChannelType: 'SMS', Address: '+15550000002', User: { UserId: 'ben' } })
  const { body } = await sendUsers({
    MessageConfiguration: { SMSMessage: { Body: '{{code}}', Substitutions: { code: ['all'] } } },
    TemplateConfiguration: { EmailTemplate: { Name: 'welcome' } },
    Context: { a: '1' },
    TraceId: 'trace',
    Users: { ann: { Substitutions: { code: ['7'] }, Context: { b: '2' } }, ben: {} },
  })
  t.match(body.Result.ann, { mail: { MessageId: emailId }, Phone: { MessageId: smsId } })
  t.match(body.Result.ben, { ben: { MessageId: smsId } })
  matchEach(t, await outbox({ status: 'SUCCESSFUL' }), [
    { user: 'ben', body: 'all', context: { a: '1' } },
    { endpoint: 'Phone', body: '7', context: { a: '1', b: '2' }, traceId: 'trace' },
    { endpoint: 'mail', subject: 'Welcome', text: '7', template: { name: 'welcome', version: '1' } },
  ])
})

t.test('a user without endpoints has a result for the empty text, and a record without channel', async t => {
  const { sendUsers, endpoint, outbox } = await withSending(t)
  await endpoint('old', {
    ChannelType: 'APNS',
    Address: 'old',
    EndpointStatus: 'INACTIVE',
    User: { UserId: 'old' },
  })
  const { body } = await sendUsers({ MessageConfiguration: {}, Users: { nobody: {}, old: {} } })
  const none = { '': { Address: '', ...failure('No endpoints found for userId.') } }
  t.strictSame(body.Result, { nobody: none, old: none })
  const [, record] = await outbox()
  t.match(record, { user: 'nobody', status: 'PERMANENT_FAILURE' })
  t.notOk('channel' in record || 'address' in record || 'endpoint' in record)
})

t.test('bad input is refused, and nothing is sent', async t => {
  const { call, sendUsers, outbox } = await withAnn(t)
  const good = { MessageConfiguration: { SMSMessage: { Body: 'Hi' } }, Users: { ann: {} } }
  const refused = async (change: object, message: string | RegExp, status = 400) => {
    const exception = status === 404 ? 'NotFoundException' : 'BadRequestException'
    isError(t, await sendUsers({ ...good, ...change }), status, exception, message)
  }
  const users = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`u${index}`, {}]))
  await refused({ Users: undefined }, /^Users is required: it must be an object/)
  await refused({ Users: {} }, 'Users must have at least one recipient')
  await refused({ Users: users }, 'Users must have at most 100 names; got 101')
  await refused(
    { Users: { ann: { Substitutions: { a: 'x' } } } },
    /^Users\.ann\.Substitutions\.a must be a list/,
  )
  await refused({ MessageConfiguration: undefined }, /^MessageConfiguration is required/)
  await refused({ TemplateConfiguration: { InAppTemplate: { Name: 'x' } } }, /InAppTemplate is not supported/)
  await refused(
    { TemplateConfiguration: { PushTemplate: { Name: 'x' } } },
    'Template not found: x; TemplateConfiguration.PushTemplate.Name must be the name of a template of the type PUSH',
    404,
  )
  t.strictSame(await outbox(), [])
  const nowhere = await call('POST', '/v1/apps/none/users-messages', {})
  isError(t, nowhere, 404, 'NotFoundException', 'Resource not found')
})
