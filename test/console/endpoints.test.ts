import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { makeBuckets, putAll } from '../support/buckets.ts'
import { controlOf } from '../support/control.ts'
import { createApp, createImportJob, startEmulator, waitForJob } from '../support/helpers.ts'
import { putEndpoint } from '../support/reads.ts'

t.test('endpoints in the console', needsBrowser, async t => {
  const buckets = makeBuckets(t)
  const { url, client } = await startEmulator(t, buckets.env)
  const browser = await launchBrowser(t)
  const app = await createApp(client, 'shop')
  const console = `${url}/_pinpoint/console`

  await t.test('ids of which a browser makes another address are no links', async t => {
    const rows = [
      '.,EMAIL,one@example.com,..',
      '..,EMAIL,two@example.com,.',
      '...,EMAIL,three@example.com,...',
    ]
    await putAll(buckets, 'data', {
      'dots.csv': `Id,ChannelType,Address,User.UserId\n${rows.join('\n')}\n`,
    })
    await waitForJob(client, await createImportJob(client, app, { S3Url: 's3://data/dots.csv' }))
    const { page, trouble } = await openPage(t, browser, url)
    const linked = () => page.locator('tbody').getByRole('link').allTextContents()
    await page.goto(`${console}/apps/${app}/endpoints`)
    await page.getByRole('row', { name: /one@example/ }).waitFor()
    t.strictSame(await linked(), ['...', '...'])
    const why = 'No browser can ask for the ids . and ..: in an address, they mean what is above.'
    await page.getByRole('row', { name: `.. ${why} EMAIL two@example.com . ${why}` }).waitFor()
    await page.goto(`${console}/apps/${app}/users`)
    await page.getByRole('row', { name: `.. ${why} 1` }).waitFor()
    t.strictSame(await linked(), ['...'])
    await page.getByRole('link', { name: '...' }).click()
    await page.getByRole('heading', { name: '...', exact: true }).waitFor()

    const control = controlOf(url)
    await control('POST', `/v1/apps/${app}/messages`, {
      Endpoints: { '..': {} },
      MessageConfiguration: { DefaultMessage: { Body: 'Hi' } },
    })
    await page.goto(`${console}/outbox`)
    await page
      .getByRole('row', { name: /two@example/ })
      .getByRole('link')
      .first()
      .click()
    await page.getByText(why).first().waitFor()
    t.equal(await page.locator('.facts').getByText(why).count(), 2, 'of the endpoint, and of its user')
    t.strictSame(trouble, [])
  })

  await t.test('an id that a browser takes for another address is not asked for', async t => {
    const { Id } = (await controlOf(url)('POST', `/v1/apps/${app}/segments`, { Name: 'all' })).body
    const { page, trouble } = await openPage(t, browser, url)
    const sent: string[] = []
    page.on('request', request => sent.push(`${request.method()} ${new URL(request.url()).pathname}`))
    const why = 'No browser can ask for the ids . and ..: in an address, they mean what is above.'
    await page.goto(`${console}/apps/${app}/segments/${Id}`)
    for (const id of ['.', '..']) {
      await page.getByLabel('Endpoint id').fill(id)
      await page.getByRole('button', { name: 'Ask' }).click()
      await page
        .getByRole('alert')
        .filter({ hasText: why })
        .filter({ hasText: `endpoints/${id}?` })
        .waitFor()
    }
    await page.goto(`${console}/apps/${app}/endpoints`)
    await page.getByRole('button', { name: 'New endpoint' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Id', { exact: true }).fill('..')
    await dialog.getByRole('button', { name: 'Save the endpoint' }).click()
    await dialog.getByRole('alert').filter({ hasText: why }).waitFor()
    await page.goto(`${console}/templates`)
    await page.getByRole('button', { name: 'New template' }).click()
    await dialog.getByLabel('Name').fill('..')
    await dialog.getByRole('button', { name: 'Create the template' }).click()
    await dialog.getByRole('alert').filter({ hasText: why }).waitFor()
    await page.goto(`${console}/clock`)
    await page.keyboard.press('Control+k')
    await page.getByLabel('A page, a name or an id').fill('..')
    await dialog.getByRole('status').filter({ hasText: why }).waitFor()
    const others = [`/apps/${app}/`, `/segments/${Id}/`, `/segments/${Id}/endpoints/`, '/v1/email']
    t.strictSame(
      sent.filter(call => others.some(end => call.endsWith(end))),
      [],
    )
    t.strictSame(trouble, [])
  })

  await t.test('ids that differ at their end look different at every width', async t => {
    const loyal = await createApp(client, 'loyal')
    const begin = '3f0d6a1e-8a4c-4c1b-9f00-00000000000'
    for (const id of [1, 2].map(end => `${begin}${end}`)) {
      await putEndpoint(client, loyal, id, { ChannelType: 'SMS', Address: '+1555', User: { UserId: id } })
    }
    const { page, trouble } = await openPage(t, browser, url)
    const links = page.getByRole('link', { name: begin })
    const lists = ['endpoints', 'users'] as const
    for (const [list, width] of lists.flatMap(list =>
      [1280, 1024, 760, 375].map(width => [list, width] as const),
    )) {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(`${console}/apps/${loyal}/${list}`)
      await links.nth(list === 'users' ? 1 : 3).waitFor()
      for (const link of await links.all()) {
        await link.scrollIntoViewIfNeeded()
        const isEndSeen = await link.evaluate(element => {
          const range = element.ownerDocument.createRange()
          range.selectNode(element.lastChild!)
          const { right, top, bottom } = range.getBoundingClientRect()
          return element.contains(element.ownerDocument.elementFromPoint(right - 2, (top + bottom) / 2))
        })
        t.ok(isEndSeen, `${await link.getAttribute('href')}, ${width} px`)
      }
    }
    t.strictSame(trouble, [])
  })

  await t.test('from a page of a list that is none, there is a way to the first one', async t => {
    const { Id } = await createImportJob(client, app, { S3Url: 's3://data/dots.csv' })
    const { page, trouble, expectTrouble } = await openPage(t, browser, url)
    for (const address of ['outbox', `apps/${app}/endpoints`, `apps/${app}/import-jobs/${Id}`]) {
      await page.goto(`${console}/${address}?token=garbage`)
      await page.getByRole('alert').filter({ hasText: 'oken' }).waitFor()
      expectTrouble(/^400: GET .*token=garbage/)
      await page.getByRole('link', { name: 'First page' }).click()
      await page.getByRole('alert').waitFor({ state: 'detached' })
      t.equal(page.url(), `${console}/${address}`)
      t.equal(await page.getByRole('link', { name: 'First page' }).count(), 0, address)
    }
    t.strictSame(trouble, [])
  })

  await t.test('a text that is edited is shown from its beginning', async t => {
    const Attributes = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`Attribute${n}`, ['value']]))
    await putEndpoint(client, app, 'ann', { ChannelType: 'EMAIL', Address: 'ann@example.com', Attributes })
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(`${console}/apps/${app}/endpoints/ann`)
    await page.getByRole('button', { name: 'Edit' }).click()
    const text = page.getByRole('dialog').getByLabel('EndpointRequest')
    await text.and(page.locator(':focus')).waitFor()
    t.strictSame(
      await text.evaluate(area => [
        ...[area.selectionStart, area.scrollTop, area.scrollHeight > area.clientHeight],
      ]),
      [0, 0, true],
    )
    t.strictSame(trouble, [])
  })
})
