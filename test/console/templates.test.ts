import {
  CreateEmailTemplateCommand,
  CreateInAppTemplateCommand,
  CreatePushTemplateCommand,
  DeleteEmailTemplateCommand,
  GetEmailTemplateCommand,
  ListTemplatesCommand,
  UpdateEmailTemplateCommand,
} from '@aws-sdk/client-pinpoint'
import t, { type Test } from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { createApp, startEmulator } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'
import { putEndpoint } from '../support/reads.ts'

/** An emulator, and a browser that looks at a page of its console. */
async function withConsole(t: Test) {
  const { url, client } = await startEmulator(t)
  const watched = await openPage(t, await launchBrowser(t), url)
  const open = (path: string) => watched.page.goto(`${url}/_pinpoint/console/${path}`)
  return { url, client, open, ...watched }
}

t.test('a template is created, edited, compared, made active and deleted', needsBrowser, async t => {
  const { page, client, open, trouble } = await withConsole(t)
  const read = async (Version?: string) => {
    const { EmailTemplateResponse } = await client.send(
      new GetEmailTemplateCommand({ TemplateName: 'welcome', Version }),
    )
    return EmailTemplateResponse!
  }
  await open('templates')
  await page.getByText('No template yet').waitFor()
  await page.getByRole('button', { name: 'New template' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('no spaces, please')
  await dialog.getByLabel('Subject').fill('Hi')
  await dialog.getByLabel('HTML', { exact: true }).fill('<p>\nHello\n</p>')
  const question = page.getByRole('alertdialog', { name: 'Drop what you have typed?' })
  for (const isOpen of [true, false]) {
    await page.keyboard.press('Escape')
    await question.waitFor({ state: isOpen ? 'visible' : 'detached' })
  }
  await dialog.getByLabel('Headers, as JSON').fill('[{"Name": "X-Shop", "Value": "1"}]')
  await dialog.getByLabel('Tags, as JSON').fill('{"team": "growth"}')
  await dialog.getByRole('button', { name: 'Create the template' }).click()
  await dialog
    .getByRole('alert')
    .getByText(/^template-name must be/)
    .waitFor()
  await dialog.getByLabel('Name').fill('welcome')
  await dialog.getByRole('button', { name: 'Create the template' }).click()
  await page.getByRole('heading', { name: 'welcome' }).waitFor()
  await page.getByText('growth').waitFor()
  t.match(await read(), {
    Subject: 'Hi',
    HtmlPart: '<p>\nHello\n</p>',
    Headers: [{ Name: 'X-Shop', Value: '1' }],
    tags: { team: 'growth' },
  })

  await page.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('HTML', { exact: true }).fill('<p>\nHello, {{User.UserId}}\n</p>')
  await dialog.getByRole('button', { name: 'Save as a new version' }).click()
  await page.getByText('Version 2, not active').waitFor()
  t.match(page.url(), /templates\/email\/welcome\?version=2$/)
  t.match(await read('2'), { HtmlPart: '<p>\nHello, {{User.UserId}}\n</p>', Headers: [{ Name: 'X-Shop' }] })
  t.equal((await read()).Version, '1')

  await page.getByRole('link', { name: 'With version 2' }).click()
  const changes = page.getByRole('region', { name: 'Changes of HtmlPart' })
  await changes.waitFor()
  t.equal(
    (await changes.innerText()).replaceAll(/\s+/g, ' ').trim(),
    '<p> - Hello + Hello, {{User.UserId}} </p>',
  )
  t.equal(await page.getByRole('region', { name: 'Changes of Subject' }).count(), 0)

  await page.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('Subject').fill('Hi again')
  await dialog.getByRole('button', { name: 'Replace version 2' }).click()
  await page.getByRole('region', { name: 'Source of Subject' }).getByText('Hi again').waitFor()
  await page.getByRole('button', { name: 'Make version 2 active' }).click()
  await page.getByText('Version 2, active').waitFor()
  t.match(await read(), { Version: '2', Subject: 'Hi again' })

  await page.getByRole('button', { name: 'Delete version 2' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete version 2' }).click()
  await page.getByText('Version 1, active').waitFor()
  await page.getByRole('button', { name: 'Delete template' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete template' }).click()
  await page.getByText('No template yet').waitFor()
  const { TemplatesResponse } = await client.send(new ListTemplatesCommand({}))
  t.strictSame(TemplatesResponse!.Item, [])
  matchEach(t, trouble.splice(0), [/^400: POST .*please\/email$/])
})

t.test('a template that others delete while it is shown is not there any more', needsBrowser, async t => {
  const { page, client, open, trouble, expectTrouble } = await withConsole(t)
  const template = { TemplateName: 'welcome' }
  await client.send(new CreateEmailTemplateCommand({ ...template, EmailTemplateRequest: {} }))
  await open('templates/email/welcome')
  await page.getByText('Version 1, active').waitFor()
  await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
  await client.send(new DeleteEmailTemplateCommand(template))
  await page.getByText('This is not there').waitFor()
  expectTrouble(/^404: GET .*\/welcome\/email/)
  await open('templates/email/welcome?version=2')
  await page.getByRole('link', { name: 'The active version' }).click()
  await page.getByText('This is not there').waitFor()
  await page.getByRole('link', { name: 'All templates' }).click()
  await page.getByText('No template yet').waitFor()
  expectTrouble(/^404: GET .*\/welcome\/email/)
  t.strictSame(trouble, [])
})

t.test('an in-app template is shown as it is, which the pages say', needsBrowser, async t => {
  const { page, client, open, trouble } = await withConsole(t)
  await open('templates')
  await page.getByText('for any endpoint, but for in-app messages, which have no variables').waitFor()
  const InAppTemplateRequest = { Content: [{ HeaderConfig: header }] }
  await client.send(new CreateInAppTemplateCommand({ TemplateName: 'sale', InAppTemplateRequest }))
  await open('templates/inapp/sale')
  await page.getByRole('region', { name: 'Source of Content' }).getByText('Today only').waitFor()
  await page.getByText('There is nothing to render: in-app messages have no variables.').waitFor()
  t.strictSame(trouble, [])
})

const header = { Alignment: 'LEFT', Header: 'Today only', TextColor: '#000000' } as const

t.test('each text of a template that is edited is read from its beginning', needsBrowser, async t => {
  const { page, client, open, trouble } = await withConsole(t)
  const HtmlPart = Array.from({ length: 300 }, (_, line) => `<p>${line}</p>`).join('\n')
  await client.send(
    new CreateEmailTemplateCommand({
      TemplateName: 'long',
      EmailTemplateRequest: { Subject: 'Hi', HtmlPart },
    }),
  )
  await open('templates/email/long')
  await page.getByRole('button', { name: 'Edit' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Subject').focus()
  await page.keyboard.press('Tab')
  const text = dialog.getByLabel('HTML', { exact: true })
  await text.and(page.locator(':focus')).waitFor()
  t.strictSame(await text.evaluate(area => [area.selectionStart, area.scrollTop]), [0, 0])
  t.strictSame(trouble, [])
})

t.test('the list is filtered by kind and name', needsBrowser, async t => {
  const { page, client, open, trouble } = await withConsole(t)
  for (const TemplateName of ['welcome', 'sale']) {
    await client.send(new CreateEmailTemplateCommand({ TemplateName, EmailTemplateRequest: {} }))
  }
  await client.send(
    new CreatePushTemplateCommand({ TemplateName: 'sale', PushNotificationTemplateRequest: {} }),
  )
  await open('templates')
  const rows = page.locator('tbody tr')
  await page.getByRole('link', { name: 'welcome' }).waitFor()
  t.equal(await rows.count(), 3)
  await page.getByLabel('Name begins with').fill('sa')
  await page.getByRole('link', { name: 'welcome' }).waitFor({ state: 'detached' })
  t.equal(await rows.count(), 2)
  await page.getByLabel('Kind').selectOption('Push notification')
  await page.getByRole('row', { name: /E-mail/ }).waitFor({ state: 'detached' })
  t.match(page.url(), /templates\?prefix=sa&kind=push$/)
  await page.getByRole('link', { name: 'sale' }).click()
  await page.getByText('Version 1, active').waitFor()
  t.match(page.url(), /templates\/push\/sale$/)
  t.strictSame(trouble, [])
})

t.test(
  'a preview marks what does not render, and shows what does, for values and endpoints',
  needsBrowser,
  async t => {
    const { page, client, open, trouble } = await withConsole(t)
    const ApplicationId = await createApp(client, 'shop')
    await putEndpoint(client, ApplicationId, 'ann', { User: { UserAttributes: { FirstName: ['Ann'] } } })
    await client.send(
      new CreateEmailTemplateCommand({
        TemplateName: 'welcome',
        EmailTemplateRequest: {
          HtmlPart:
            '<script>top.document.title = "script"</script>\n<p onclick="x()">Hi {{User.UserAttributes.FirstName}}</p>',
          TextPart: 'Code {{OTP}}',
        },
      }),
    )
    await open('templates/email/welcome')
    const source = page.getByRole('region', { name: 'Source of HtmlPart' })
    await source.getByText("^ Attribute 'User.UserAttributes.FirstName' is not present").waitFor()
    await page.getByRole('note').getByText('html, line 2, column 21').waitFor()
    t.equal(await page.locator('iframe').count(), 0)

    await page.getByLabel('Values, as JSON').fill('{"User": ')
    await page.getByText(/^This is no JSON/).waitFor()
    await page.getByLabel('Values, as JSON').fill('{"User": {"UserAttributes": {"FirstName": ["Bob"]}}}')
    await page.getByLabel('Substitutions, as JSON').fill('{"OTP": "123456"}')
    await page.getByRole('button', { name: 'Render', exact: true }).click()
    const frame = page.frameLocator('iframe')
    await frame.getByText('Hi Bob').waitFor()
    await page.getByRole('region', { name: 'The text, rendered' }).getByText('Code 123456').waitFor()
    t.equal(await source.getByText('^').count(), 0)
    t.match(await page.title(), /^welcome/, 'the script did not run')

    await page.getByLabel('Render for').selectOption('An endpoint')
    await page.getByLabel('Endpoint id').fill('none')
    await page.getByRole('button', { name: 'Render', exact: true }).click()
    await page.getByRole('alert').getByText('Endpoint not found').waitFor()
    await page.getByLabel('Endpoint id').fill('ann')
    await page.getByRole('button', { name: 'Render', exact: true }).click()
    await frame.getByText('Hi Ann').waitFor()
    matchEach(t, trouble.splice(0), [/^404: POST .*\/render$/])

    await client.send(
      new UpdateEmailTemplateCommand({
        TemplateName: 'welcome',
        EmailTemplateRequest: { HtmlPart: 'Changed by a test' },
      }),
    )
    await frame.getByText('Changed by a test').waitFor()
    t.strictSame(trouble, [])
  },
)

t.test('an error is marked in the texts that a recipient of the channel gets', needsBrowser, async t => {
  const { page, client, open, trouble } = await withConsole(t)
  const ApplicationId = await createApp(client, 'shop')
  await putEndpoint(client, ApplicationId, 'ann', { ChannelType: 'APNS_SANDBOX', Address: 'token' })
  const Title = 'Hi {{User.UserId}}'
  await client.send(
    new CreatePushTemplateCommand({
      TemplateName: 'ding',
      PushNotificationTemplateRequest: { Default: { Title }, GCM: { Title: 'Hi' }, APNS: { Title } },
    }),
  )
  await open('templates/push/ding')
  const marked = page.getByRole('region', { name: /^Source of/ }).filter({ hasText: '^ Attribute' })
  /** Waits until the title of this member, and of no other, is marked. */
  const isMarked = async (member: string) => {
    await marked.and(page.getByRole('region', { name: `Source of ${member}.Title` })).waitFor()
    t.equal(await marked.count(), 1, member)
  }
  const render = () => page.getByRole('button', { name: 'Render', exact: true }).click()
  await isMarked('Default')
  await page.getByLabel('Channel').selectOption('APNS')
  await render()
  await isMarked('APNS')
  await page.getByLabel('Channel').selectOption('ADM')
  await render()
  await isMarked('Default')
  await page.getByLabel('Channel').selectOption('GCM')
  await render()
  await marked.first().waitFor({ state: 'detached' })
  await page.getByLabel('Render for').selectOption('An endpoint')
  await page.getByLabel('Endpoint id').fill('ann')
  await render()
  await isMarked('APNS')
  t.strictSame(trouble, [])
})

t.test('values of a preview that are no object are refused', needsBrowser, async t => {
  const { page, client, open, trouble } = await withConsole(t)
  await client.send(
    new CreateEmailTemplateCommand({ TemplateName: 'welcome', EmailTemplateRequest: { TextPart: 'Hi' } }),
  )
  await open('templates/email/welcome')
  const isValid = (element: object) => (element as { checkValidity: () => boolean }).checkValidity()
  for (const label of ['Values, as JSON', 'Substitutions, as JSON']) {
    const field = page.getByLabel(label)
    for (const text of ['"abc"', '[1]', 'null', '1']) {
      await field.fill(text)
      await page.getByText('This is JSON, but no object').waitFor()
      t.equal(await field.evaluate(isValid), false, text)
    }
    await field.fill('{"a": "b"}')
    await page.getByText('This is JSON').waitFor({ state: 'detached' })
    t.equal(await field.evaluate(isValid), true)
  }
  t.strictSame(trouble, [])
})
