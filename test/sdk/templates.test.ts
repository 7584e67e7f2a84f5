import {
  CreateEmailTemplateCommand,
  CreateInAppTemplateCommand,
  CreatePushTemplateCommand,
  CreateSmsTemplateCommand,
  CreateVoiceTemplateCommand,
  DeleteEmailTemplateCommand,
  DeleteInAppTemplateCommand,
  DeletePushTemplateCommand,
  DeleteSmsTemplateCommand,
  DeleteVoiceTemplateCommand,
  type EmailTemplateRequest,
  GetEmailTemplateCommand,
  GetInAppTemplateCommand,
  GetPushTemplateCommand,
  GetSmsTemplateCommand,
  GetVoiceTemplateCommand,
  ListTagsForResourceCommand,
  ListTemplatesCommand,
  ListTemplateVersionsCommand,
  type PinpointClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateEmailTemplateCommand,
  UpdateInAppTemplateCommand,
  UpdatePushTemplateCommand,
  UpdateSmsTemplateCommand,
  UpdateTemplateActiveVersionCommand,
  UpdateVoiceTemplateCommand,
} from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

const TemplateName = 'welcome'

/** The four operations of each family. Their bodies are optional throughout. */
const families = {
  EMAIL: {
    create: (client: PinpointClient, Subject: string) =>
      client.send(new CreateEmailTemplateCommand({ TemplateName, EmailTemplateRequest: { Subject } })),
    get: async (client: PinpointClient) =>
      (await client.send(new GetEmailTemplateCommand({ TemplateName }))).EmailTemplateResponse,
    update: (client: PinpointClient, Subject: string) =>
      client.send(new UpdateEmailTemplateCommand({ TemplateName, EmailTemplateRequest: { Subject } })),
    delete: (client: PinpointClient) => client.send(new DeleteEmailTemplateCommand({ TemplateName })),
    body: (Subject: string) => ({ Subject }),
  },
  PUSH: {
    create: (client: PinpointClient, Body: string) =>
      client.send(
        new CreatePushTemplateCommand({ TemplateName, PushNotificationTemplateRequest: { GCM: { Body } } }),
      ),
    get: async (client: PinpointClient) =>
      (await client.send(new GetPushTemplateCommand({ TemplateName }))).PushNotificationTemplateResponse,
    update: (client: PinpointClient, Body: string) =>
      client.send(
        new UpdatePushTemplateCommand({ TemplateName, PushNotificationTemplateRequest: { GCM: { Body } } }),
      ),
    delete: (client: PinpointClient) => client.send(new DeletePushTemplateCommand({ TemplateName })),
    body: (Body: string) => ({ GCM: { Body } }),
  },
  SMS: {
    create: (client: PinpointClient, Body: string) =>
      client.send(new CreateSmsTemplateCommand({ TemplateName, SMSTemplateRequest: { Body } })),
    get: async (client: PinpointClient) =>
      (await client.send(new GetSmsTemplateCommand({ TemplateName }))).SMSTemplateResponse,
    update: (client: PinpointClient, Body: string) =>
      client.send(new UpdateSmsTemplateCommand({ TemplateName, SMSTemplateRequest: { Body } })),
    delete: (client: PinpointClient) => client.send(new DeleteSmsTemplateCommand({ TemplateName })),
    body: (Body: string) => ({ Body }),
  },
  VOICE: {
    create: (client: PinpointClient, Body: string) =>
      client.send(new CreateVoiceTemplateCommand({ TemplateName, VoiceTemplateRequest: { Body } })),
    get: async (client: PinpointClient) =>
      (await client.send(new GetVoiceTemplateCommand({ TemplateName }))).VoiceTemplateResponse,
    update: (client: PinpointClient, Body: string) =>
      client.send(new UpdateVoiceTemplateCommand({ TemplateName, VoiceTemplateRequest: { Body } })),
    delete: (client: PinpointClient) => client.send(new DeleteVoiceTemplateCommand({ TemplateName })),
    body: (Body: string) => ({ Body }),
  },
  INAPP: {
    create: (client: PinpointClient, key: string) =>
      client.send(
        new CreateInAppTemplateCommand({ TemplateName, InAppTemplateRequest: { CustomConfig: { key } } }),
      ),
    get: async (client: PinpointClient) =>
      (await client.send(new GetInAppTemplateCommand({ TemplateName }))).InAppTemplateResponse,
    update: (client: PinpointClient, key: string) =>
      client.send(
        new UpdateInAppTemplateCommand({ TemplateName, InAppTemplateRequest: { CustomConfig: { key } } }),
      ),
    delete: (client: PinpointClient) => client.send(new DeleteInAppTemplateCommand({ TemplateName })),
    body: (key: string) => ({ CustomConfig: { key } }),
  },
}

for (const [TemplateType, family] of Object.entries(families)) {
  t.test(`the real SDK creates, reads, updates and deletes a template of type ${TemplateType}`, async t => {
    const { client } = await startEmulator(t)
    const created = await family.create(client, 'one')
    t.equal(created.$metadata.httpStatusCode, 201)
    const first = await family.get(client)
    t.match(first, { TemplateName, TemplateType, Version: '1', tags: {}, ...family.body('one') })
    t.match(created, {
      [TemplateType === 'INAPP' ? 'TemplateCreateMessageBody' : 'CreateTemplateMessageBody']: {
        Arn: first!.Arn,
        Message: 'Created',
        RequestID: created.$metadata.requestId,
      },
    })
    const { $metadata, MessageBody } = await family.update(client, 'two')
    t.strictSame(MessageBody, { Message: 'Accepted', RequestID: $metadata.requestId })
    t.match(await family.get(client), { Version: '1', ...family.body('two') })
    const again: Promise<unknown> = family.create(client, 'three')
    await t.rejects(again, {
      name: 'BadRequestException',
      message: 'Template already exists: welcome',
    })
    const list = await client.send(new ListTemplatesCommand({ TemplateType, Prefix: 'wel' }))
    matchEach(t, list.TemplatesResponse!.Item!, [{ TemplateName, TemplateType, Version: '1' }])
    t.equal((await family.delete(client)).$metadata.httpStatusCode, 202)
    const notFound = { name: 'NotFoundException', message: 'Template not found: welcome' }
    await t.rejects(family.get(client), notFound)
    await t.rejects(family.update(client, 'three'), notFound)
    await t.rejects(family.delete(client), notFound)
  })
}

t.test('the real SDK goes through versions', async t => {
  const { client } = await startEmulator(t)
  const body = async (Version?: string) =>
    (await client.send(new GetSmsTemplateCommand({ TemplateName, Version }))).SMSTemplateResponse?.Body
  const update = (Body: string, more: object) =>
    client.send(new UpdateSmsTemplateCommand({ TemplateName, SMSTemplateRequest: { Body }, ...more }))
  await families.SMS.create(client, 'one')
  await update('two', { CreateNewVersion: true })
  await update('three', { CreateNewVersion: true })
  await update('three b', { CreateNewVersion: false, Version: '3' })
  t.equal(await body(), 'one')
  t.equal(await body('latest'), 'three b')
  const active = await client.send(
    new UpdateTemplateActiveVersionCommand({
      TemplateName,
      TemplateType: 'SMS',
      TemplateActiveVersionRequest: { Version: '2' },
    }),
  )
  t.match(active.MessageBody, { Message: 'OK' })
  t.equal(await body(), 'two')
  await client.send(new DeleteSmsTemplateCommand({ TemplateName, Version: '2' }))
  t.equal(await body(), 'three b')
  await t.rejects(body('2'), { name: 'NotFoundException', message: 'Template version not found: welcome/2' })
  const versions = await client.send(new ListTemplateVersionsCommand({ TemplateName, TemplateType: 'SMS' }))
  const { Item, Message, RequestID } = versions.TemplateVersionsResponse!
  t.strictSame(
    Item?.map(({ Version }) => Version),
    ['3', '1'],
  )
  t.strictSame([Message, RequestID], ['OK', versions.$metadata.requestId])
})

/** The token of a page of templates is in its payload, so the SDK has no paginator. */
async function pagesOf<Page extends { NextToken?: string }>(read: (NextToken?: string) => Promise<Page>) {
  const pages: Page[] = []
  for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
    pages.push(await read(token))
    token = pages.at(-1)!.NextToken
  }
  return pages
}

t.test('the real SDK goes through the pages of both lists', async t => {
  const { client } = await startEmulator(t)
  for (const name of ['c', 'a', 'b']) {
    await client.send(new CreateSmsTemplateCommand({ TemplateName: name, SMSTemplateRequest: {} }))
  }
  const update = { TemplateName: 'a', SMSTemplateRequest: {}, CreateNewVersion: true }
  for (const _ of [2, 3]) await client.send(new UpdateSmsTemplateCommand(update))
  const lists = await pagesOf(async NextToken => {
    const list = await client.send(new ListTemplatesCommand({ PageSize: '2', NextToken }))
    return list.TemplatesResponse!
  })
  t.strictSame(
    lists.map(({ Item }) => Item?.map(({ TemplateName }) => TemplateName)),
    [['a', 'b'], ['c']],
  )
  const versions = await pagesOf(async NextToken => {
    const key = { TemplateName: 'a', TemplateType: 'SMS' }
    const list = await client.send(new ListTemplateVersionsCommand({ ...key, PageSize: '2', NextToken }))
    return list.TemplateVersionsResponse!
  })
  t.strictSame(
    versions.map(({ Item }) => Item?.map(({ Version }) => Version)),
    [['3', '2'], ['1']],
  )
})

/*
 * What Terraform's provider does for aws_pinpoint_email_template (source: observed): it compares what
 * it reads with its state, so nothing may appear that was not sent, nor be reordered.
 */
t.test("Terraform's email template is read back without drift", async t => {
  const { client } = await startEmulator(t)
  const content: EmailTemplateRequest = {
    Subject: 'testing',
    TextPart: 'text',
    DefaultSubstitutions: '{\n  "name" : "there"\n}\n',
    Headers: [
      { Name: 'List-Unsubscribe', Value: '<mailto:a@x.example>' },
      { Name: 'A', Value: '2' },
      { Name: 'A', Value: '1' },
    ],
  }
  const created = await client.send(
    new CreateEmailTemplateCommand({ TemplateName, EmailTemplateRequest: { ...content, tags: { k: 'v' } } }),
  )
  const ResourceArn = created.CreateTemplateMessageBody!.Arn!
  const read = async () => {
    const { EmailTemplateResponse } = await client.send(new GetEmailTemplateCommand({ TemplateName }))
    const { CreationDate, LastModifiedDate, ...rest } = EmailTemplateResponse!
    return rest
  }
  const own = { Arn: ResourceArn, TemplateName, TemplateType: 'EMAIL' as const, Version: '1' }
  t.strictSame(await read(), { ...content, ...own, tags: { k: 'v' } })

  // An update sends what the configuration says now, without a query, and the tags by themselves.
  const change = { Subject: 'new', Headers: content.Headers }
  await client.send(new UpdateEmailTemplateCommand({ TemplateName, EmailTemplateRequest: change }))
  await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['k'] }))
  await client.send(new TagResourceCommand({ ResourceArn, TagsModel: { tags: { k2: 'v2' } } }))
  t.strictSame(await read(), { ...change, ...own, tags: { k2: 'v2' } })
  const { TagsModel } = await client.send(new ListTagsForResourceCommand({ ResourceArn }))
  t.strictSame(TagsModel?.tags, { k2: 'v2' })

  await client.send(new DeleteEmailTemplateCommand({ TemplateName }))
  await t.rejects(read(), { name: 'NotFoundException' })
  await t.rejects(client.send(new DeleteEmailTemplateCommand({ TemplateName })), {
    name: 'NotFoundException',
  })
})
