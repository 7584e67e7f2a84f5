import type { Page } from 'playwright-core'
import t from 'tap'
import { chooseFiles, describedBy, launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { controlOf } from '../support/control.ts'
import { createApp, createImportJob, startEmulator, until } from '../support/helpers.ts'
import { journeyOf } from '../support/journeys.ts'
import { putEndpoint } from '../support/reads.ts'

/** The text of what has the focus, or the label of a field. */
const focused = (page: Page) =>
  page.evaluate<string>(
    `(document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent).trim()`,
  )

/** Waits until something has the focus. */
const untilFocused = (page: Page, text: string) =>
  until(async () => (await focused(page)) === text || undefined, `the focus on ${text}`)

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })

t.test('the console without a mouse', needsBrowser, async t => {
  const browser = await launchBrowser(t)
  const { url, client } = await startEmulator(t)
  const app = await createApp(client, 'shop')
  const other = await createApp(client, 'other')
  await putEndpoint(client, other, 'zz', { ChannelType: 'SMS', Address: '+15555559900' })
  const ids = Array.from({ length: 60 }, (_, index) => `endpoint-${String(index).padStart(2, '0')}`)
  await Promise.all(
    ids.map(id => putEndpoint(client, app, id, { ChannelType: 'SMS', Address: `+1555555${id.slice(-2)}00` })),
  )
  const home = `${url}/_pinpoint/console/`
  const control = controlOf(url)
  await control('POST', '/v1/templates/welcome/sms', { Body: 'Hello' })
  const { Id: segment } = (await control('POST', `/v1/apps/${app}/segments`, { Name: 'everyone' })).body

  t.test('Ctrl-K leads to pages, applications and ids', async t => {
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(home)
    await heading(page, 'Applications').waitFor()
    const goTo = async (text: string, found: RegExp) => {
      await page.keyboard.press('Control+k')
      await untilFocused(page, 'A page, a name or an id')
      await page.keyboard.type(text)
      await page.getByRole('option', { selected: true }).filter({ hasText: found }).waitFor()
      await page.keyboard.press('Enter')
    }
    await goTo('outb', /Outbox/)
    await heading(page, 'Outbox').waitFor()
    await untilFocused(page, 'Outbox')
    await goTo('other', /other/)
    await heading(page, 'other').waitFor()
    await untilFocused(page, 'other')
    await goTo(app, /shop/)
    await heading(page, 'shop').waitFor()
    await goTo('endpoint-41', /endpoint-41/)
    await heading(page, 'endpoint-41').waitFor()
    t.match(page.url(), `${home}apps/${app}/endpoints/endpoint-41`)

    await page.keyboard.press('Control+k')
    await untilFocused(page, 'A page, a name or an id')
    // The pages of the application come before the others as soon as its name is known.
    await page.getByRole('option', { name: 'page of shop' }).first().waitFor()
    const field = page.getByRole('combobox')
    const selected = page.getByRole('option', { selected: true })
    // Screen readers would say the option instead of the field.
    t.equal(await field.getAttribute('aria-activedescendant'), null)
    t.equal(await selected.count(), 0, 'nothing is selected before a key')
    await page.keyboard.press('Enter')
    t.ok(await field.isVisible(), 'so Enter leads nowhere')
    const options = await page.getByRole('option').allTextContents()
    for (const [key, at] of [
      ['ArrowDown', 0],
      ['ArrowDown', 1],
      ['ArrowUp', 0],
      ['ArrowUp', -1],
    ] as const) {
      await page.keyboard.press(key)
      t.equal(await selected.textContent(), options.at(at), key)
      t.equal(await field.getAttribute('aria-activedescendant'), await selected.getAttribute('id'))
    }
    for (const text of ['out', '']) {
      await field.fill(text)
      await selected.waitFor({ state: text === '' ? 'detached' : 'visible' })
    }
    await page.keyboard.press('ArrowUp')
    t.equal(await selected.textContent(), options.at(-1))
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.ok(await heading(page, 'endpoint-41').isVisible(), 'Escape closes the dialog, and stays on the page')
    await page.keyboard.press('Control+k')
    await untilFocused(page, 'A page, a name or an id')
    await page.keyboard.type('channels')
    await page.getByRole('option', { selected: true }).filter({ hasText: 'page of shop' }).waitFor()
    await page.keyboard.press('Enter')
    await heading(page, 'Channels').waitFor()

    // From a page of no application.
    await page.goto(`${home}faults`)
    await heading(page, 'Faults').waitFor()
    await goTo('endpoint-17', /endpoint-17\s*endpoint of shop/)
    await heading(page, 'endpoint-17').waitFor()
    await page.goto(`${home}faults`)
    await heading(page, 'Faults').waitFor()
    await goTo(segment, /segment of shop/)
    await heading(page, 'everyone').waitFor()
    await page.goto(`${home}faults`)
    await heading(page, 'Faults').waitFor()
    await goTo('welco', /welcome\s*SMS template/)
    await heading(page, 'welcome').waitFor()
    await goTo('other segm', /Segments\s*page of other/)
    await heading(page, 'Segments').waitFor()
    await goTo('zz', /zz\s*endpoint/)
    await heading(page, 'zz').waitFor()
    await page.keyboard.press('Control+k')
    await untilFocused(page, 'A page, a name or an id')
    await page.keyboard.type('qq')
    await page.getByText('No page, application or template has this name').waitFor()
    // It asks whether there is a message, a segment … of this id.
    t.strictSame(
      trouble.filter(line => !line.startsWith('404: ')),
      [],
    )
  })

  t.test('j, k and Enter go into a list, and Escape back to the same row', async t => {
    const { page, trouble } = await openPage(t, browser, url, { viewport: { width: 1000, height: 500 } })
    await page.goto(`${home}apps/${app}`)
    await heading(page, 'shop').waitFor()
    await page
      .locator('main')
      .getByRole('link', { name: /endpoints/i })
      .first()
      .focus()
    await page.keyboard.press('Enter')
    await heading(page, 'Endpoints').waitFor()
    await page.getByRole('link', { name: 'endpoint-00' }).waitFor()
    for (let row = 0; row < 42; row++) await page.keyboard.press('j')
    await page.keyboard.press('k')
    const id = await focused(page)
    t.match(id, /^endpoint-\d\d$/)
    const scroll = await page.evaluate<number>('scrollY')
    t.ok(scroll > 0)
    const box = (await page.getByRole('link', { name: id }).boundingBox())!
    const head = (await page.getByRole('columnheader', { name: 'Id', exact: true }).boundingBox())!
    t.equal(head.y, 48, 'the head of the table stays below the bar')
    const isFree = box.y >= head.y + head.height && box.y + box.height < 500
    t.ok(isFree, 'neither the head nor the edge covers the row')

    await page.keyboard.press('Enter')
    await heading(page, id).waitFor()
    await untilFocused(page, id)
    t.equal(await page.evaluate('scrollY'), 0)
    await page.keyboard.press('Escape')
    await heading(page, 'Endpoints').waitFor()
    await untilFocused(page, id)
    t.equal(await page.evaluate('document.activeElement.tagName'), 'A')
    t.equal(await page.evaluate('scrollY'), scroll)
    await page.keyboard.press('Escape')
    await heading(page, 'shop').waitFor()

    await page.goto(`${home}apps/${app}/endpoints/${ids[0]}`)
    await heading(page, ids[0]!).waitFor()
    await page.keyboard.press('Escape')
    await heading(page, 'Endpoints').waitFor()
    t.strictSame(trouble, [], 'who comes from elsewhere gets to the page above')
  })

  t.test('who comes back to the first page is where they left it', async t => {
    const { page, trouble } = await openPage(t, browser, url, { viewport: { width: 1000, height: 400 } })
    await page.goto(home)
    const left = page.locator('main').getByRole('link', { name: 'All failed calls' })
    await left.waitFor()
    await until(
      async () => (await page.locator('main .loading').count()) === 0 || undefined,
      'all that it shows',
    )
    await left.press('Enter')
    await heading(page, 'Requests').waitFor()
    await page.goBack()
    await left.waitFor()
    await untilFocused(page, 'All failed calls')
    t.ok(
      await page.evaluate('document.activeElement.getBoundingClientRect().bottom <= innerHeight'),
      'it is in view',
    )
    t.ok(await page.evaluate('scrollY > 0'))
    t.strictSame(trouble, [])
  })

  t.test('a file is imported, and the row that failed is read', async t => {
    const { url } = await startEmulator(t)
    const { page, trouble } = await openPage(t, browser, url)
    const tabTo = async (name: string) => {
      for (let step = 0; step < 40 && (await focused(page)) !== name; step++) await page.keyboard.press('Tab')
      t.equal(await focused(page), name)
    }
    await page.goto(`${url}/_pinpoint/console/`)
    await heading(page, 'Import your first file').waitFor()
    await page.getByRole('button', { name: 'Choose files' }).waitFor()
    await tabTo('Choose files')
    const buffer = Buffer.from('Id,ChannelType,Address\nann,EMAIL,ann@example.com\nbob,SMS,\n')
    await chooseFiles(page, () => page.keyboard.press('Enter'), [
      { name: 'users.csv', mimeType: 'text/csv', buffer },
    ])
    await heading(page, 'Import').waitFor()
    await untilFocused(page, 'Import')
    await page.getByRole('row', { name: /^3 depends/ }).waitFor()
    await tabTo('Import 1 file')
    await page.keyboard.press('Enter')
    await heading(page, 'Import of users.csv').waitFor()
    await untilFocused(page, 'Import of users.csv')
    await page.getByRole('row', { name: /^3 users\.csv Missing Address/ }).waitFor()
    await page.keyboard.press('j')
    t.match(await focused(page), /^3users\.csvMissing Address.*bob,SMS,$/)
    t.strictSame(trouble, [])
  })

  t.test('Escape goes from a page that was opened by its address to the one above', async t => {
    const { page, trouble } = await openPage(t, browser, url)
    const job = await createImportJob(client, app, { S3Url: 's3://none/none.csv' })
    for (const [address, title, above] of [
      ['templates/sms/welcome', 'welcome', 'templates'],
      [`apps/${app}/import-jobs/${job.Id}`, 'Import of none.csv', `apps/${app}/jobs`],
      [`apps/${app}/endpoints/endpoint-41`, 'endpoint-41', `apps/${app}/endpoints`],
      [`apps/${app}/endpoints`, 'Endpoints', `apps/${app}`],
      [`apps/${app}`, 'shop', ''],
      ['outbox', 'Outbox', ''],
    ] as const) {
      // To go to the address that it is at would be a reload, which keeps where it came from.
      await page.goto('about:blank')
      await page.goto(home + address)
      await heading(page, title).waitFor()
      await page.keyboard.press('Escape')
      await heading(page, title).waitFor({ state: 'detached' })
      t.equal(page.url(), home + above, address)
    }
    t.strictSame(trouble, [])
  })

  t.test('single keys pause the feed, search and go to pages; they can be switched off', async t => {
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(home)
    await heading(page, 'Applications').waitFor()
    await page.getByRole('button', { name: 'Live', exact: true }).waitFor()

    await page.keyboard.press('.')
    await page.getByRole('button', { name: /^Paused/ }).waitFor()
    await page.keyboard.press('.')
    await page.getByRole('button', { name: 'Live', exact: true }).waitFor()

    await page.keyboard.press('/')
    await untilFocused(page, 'A page, a name or an id')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    for (const [key, title] of [
      ['r', 'Requests'],
      ['o', 'Outbox'],
      ['a', 'Applications'],
    ] as const) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await heading(page, title).waitFor()
    }
    await page.goto(`${home}apps/${app}/endpoints`)
    await heading(page, 'Endpoints').waitFor()
    await page.keyboard.press('/')
    t.equal(await page.evaluate('document.activeElement.type'), 'search', 'the search field of the page')
    await page.keyboard.type('goj?.')
    await heading(page, 'Endpoints').waitFor()
    t.equal(await page.evaluate('document.activeElement.value'), 'goj?.', 'in a field, keys are text')
    await page.keyboard.press('Escape')
    t.ok(await heading(page, 'Endpoints').isVisible(), 'Escape leaves the field, and not the page')

    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Keys' })
    await help.waitFor()
    await page.getByRole('checkbox', { name: 'Keys without Ctrl' }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Escape')
    await help.waitFor({ state: 'detached' })
    for (const key of ['g', 'o', '?', '/']) await page.keyboard.press(key)
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Go to' }).waitFor()
    await page.keyboard.press('Escape')
    t.ok(await heading(page, 'Endpoints').isVisible(), 'switched off, they do nothing')
    t.equal(await help.count(), 0)
    await page.reload()
    await heading(page, 'Endpoints').waitFor()
    await page.keyboard.press('?')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Go to' }).waitFor()
    t.equal(await help.count(), 0, 'they stay switched off')
    t.strictSame(trouble, [])
  })

  t.test('the first key leads past the menu; a dialog keeps the focus, and gives it back', async t => {
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(home)
    await heading(page, 'Applications').waitFor()
    await page.keyboard.press('Tab')
    await untilFocused(page, 'Skip to the page')
    await page.keyboard.press('Enter')
    await untilFocused(page, 'Applications')
    await page.getByRole('button', { name: 'Import files' }).waitFor()
    await page.keyboard.press('Tab')
    await untilFocused(page, 'Import files')
    await page.keyboard.press('Tab')
    await untilFocused(page, 'Create application')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Create application' })
    await dialog.waitFor()
    // A browser's own buttons come in between.
    for (let step = 0; step < 8; step++) {
      await page.keyboard.press('Tab')
      t.ok(
        await page.evaluate(
          `document.activeElement === document.body || document.activeElement.closest('dialog') !== null`,
        ),
      )
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await untilFocused(page, 'Create application')
    t.strictSame(trouble, [])
  })

  t.test('a question is described by its text, and Enter does nothing at first', async t => {
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(`${home}apps/${app}`)
    await page.getByRole('button', { name: 'Delete the application' }).press('Enter')
    const question = page.getByRole('alertdialog', { name: 'Delete the application?', exact: true })
    await question.waitFor()
    t.match(await describedBy(question), /^With shop go 60 endpoints, 1 segment, /)
    await untilFocused(page, 'Cancel')
    await page.keyboard.press('Enter')
    await question.waitFor({ state: 'detached' })
    await untilFocused(page, 'Delete the application')

    await page.goto(`${home}templates`)
    await page.getByRole('button', { name: 'New template' }).press('Enter')
    await untilFocused(page, 'Kind')
    await page.keyboard.press('Tab')
    await page.keyboard.type('hello')
    await page.keyboard.press('Escape')
    const drop = page.getByRole('alertdialog', { name: 'Drop what you have typed?' })
    await drop.waitFor()
    t.equal(await describedBy(drop), 'It is not saved.')
    await untilFocused(page, 'Go on writing')
    await page.keyboard.press('Enter')
    await drop.waitFor({ state: 'detached' })
    await untilFocused(page, 'Name')
    t.strictSame(trouble, [])
  })

  t.test('the open menu of a narrow window keeps the focus, and Escape closes it', async t => {
    const { page, trouble } = await openPage(t, browser, url, { viewport: { width: 320, height: 640 } })
    await page.goto(`${home}faults`)
    await heading(page, 'Faults').waitFor()
    const menu = page.getByRole('button', { name: 'Menu' })
    await menu.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Outbox' }).waitFor()
    for (let step = 0; step < 24; step++) {
      await page.keyboard.press('Tab')
      t.notOk(await page.evaluate(`document.activeElement.closest('main') !== null`))
    }
    const lowest = 'document.elementFromPoint(160, innerHeight - 1)'
    t.ok(await page.evaluate(`${lowest}.closest('#menu') !== null`), 'it covers the whole page')
    // Single keys are for the page. If this one opened a dialog, Escape would close that.
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Outbox' }).waitFor({ state: 'hidden' })
    await untilFocused(page, 'Menu')
    t.ok(await heading(page, 'Faults').isVisible(), 'the page is the same')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Outbox' }).press('Enter')
    // Until the page is there, the link has the focus, or nothing.
    await until(
      async () => (await page.evaluate(`document.activeElement.matches('h1')`)) || undefined,
      'the focus on the heading',
    )
    t.equal(await focused(page), 'Outbox')
    t.strictSame(trouble, [])
  })

  t.test('what is done and gone leaves the focus to the heading above it', async t => {
    const { page, trouble, expectTrouble } = await openPage(t, browser, url)
    const press = (name: string) => page.getByRole('button', { name, exact: true }).first().press('Enter')
    /** Waits until a heading has the focus, in view. */
    const untilHeading = async (name: string, level = 1) => {
      const inView = 'document.activeElement.getBoundingClientRect().top >= 0'
      const is = `document.activeElement.matches('h${level}') && ${inView}`
      await until(async () => (await page.evaluate(is)) || undefined, `the focus on ${name}`)
      t.equal(await focused(page), name)
    }
    const live = () => page.getByRole('button', { name: 'Live', exact: true }).waitFor()

    for (const operation of ['GetApp', 'GetApps', 'GetSegment']) {
      await control('POST', '/_pinpoint/faults', { operation, latencyMs: 1 })
    }
    await page.goto(`${home}faults`)
    await live()
    await press('Remove')
    await page.getByText('GetApp', { exact: true }).waitFor({ state: 'detached' })
    await untilHeading('Faults')
    await press('Remove all rules')
    await page.getByText('Nothing fails on purpose').waitFor()
    await untilHeading('Faults')

    await control('POST', '/v1/templates/hello/sms', { Body: 'Hello' })
    const journey = journeyOf(segment, { RefreshFrequency: 'PT1H' })
    const { Id } = (await control('POST', `/v1/apps/${app}/journeys`, journey)).body
    const status = (name: string) => page.locator('.page-title').getByText(name, { exact: true })
    await page.goto(`${home}apps/${app}/journeys/${Id}`)
    await live()
    await press('Pause')
    await status('PAUSED').waitFor()
    await untilHeading('welcome')
    await press('Resume')
    await status('ACTIVE').waitFor()
    await untilHeading('welcome')

    await page.goto(`${home}clock`)
    await page.getByLabel('Mode', { exact: true }).selectOption('offset')
    await page.getByLabel(/^Time/).fill('2020-01-01T00:00:00')
    await press('Set the clock')
    await press('Set it back all the same')
    await status('offset').waitFor()
    await untilHeading('Set', 2)
    expectTrouble(/^409: PUT .*clock$/)
    await control('PUT', '/_pinpoint/clock', { mode: 'real' })

    await page.goto(`${home}apps/${app}/journeys/${Id}`)
    await live()
    await press('Cancel journey')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel journey' }).press('Enter')
    await status('CANCELLED').waitFor()
    await untilHeading('welcome')

    const template = '/v1/templates/hello/sms?create-new-version=true'
    await control('PUT', template, { Body: `Hello,\n${'and again hello,\n'.repeat(60)}` })
    await control('PUT', '/v1/templates/hello/SMS/active-version', { Version: '2' })
    await page.goto(`${home}templates/sms/hello`)
    await page.getByRole('link', { name: 'With version 2' }).press('Enter')
    await untilHeading('From version 1 to version 2', 2)
    await press('Delete version 2')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete version 2' }).press('Enter')
    await page.getByText('Version 1, active').waitFor()
    await untilHeading('hello')

    await control('GET', '/v1/apps')
    await page.goto(`${home}requests`)
    await page.getByRole('link', { name: 'GetApps' }).first().waitFor()
    await live()
    await control('GET', `/v1/apps/${app}`)
    await page.getByRole('button', { name: 'Show 1 new call' }).press('Enter')
    await untilFocused(page, 'GetApp')
    t.strictSame(trouble, [])
  })

  t.test('the heading of a page gets the focus once it has its title', async t => {
    const { page, trouble } = await openPage(t, browser, url)
    await page.goto(`${home}apps/${app}/segments`)
    const link = page.getByRole('link', { name: 'everyone', exact: true })
    await link.waitFor()
    const answers = Promise.withResolvers<void>()
    await page.route(`**/segments/${segment}`, async route => {
      await answers.promise
      await route.continue()
    })
    await link.press('Enter')
    await heading(page, segment).waitFor()
    t.equal(await page.evaluate('document.activeElement.tagName'), 'MAIN', 'not what stands in its place')
    answers.resolve()
    await untilFocused(page, 'everyone')
    t.equal(await page.evaluate('document.activeElement.tagName'), 'H1')
    t.strictSame(trouble, [])
  })

  t.test('the times of a thing are reached by Tab, and say all of it then', async t => {
    const { page } = await openPage(t, browser, url)
    await page.goto(`${home}apps/${app}`)
    const time = page.locator('main dl').getByRole('time')
    const at = await time.getAttribute('datetime')
    await page.getByRole('button', { name: `Copy ${app}` }).focus()
    await page.keyboard.press('Tab')
    t.equal(await page.evaluate('document.activeElement.dateTime'), at)
    const shown = await page.evaluate(`getComputedStyle(document.activeElement, '::after').content`)
    t.equal(shown, `"${at}"`)
  })

  t.test('all of a page is reached by Tab, in the order in which it is seen', async t => {
    const { page } = await openPage(t, browser, url)
    await page.goto(home)
    await heading(page, 'Applications').waitFor()
    await page.locator('main').getByRole('link', { name: 'shop' }).waitFor()
    const names = ['pinpoint-local', 'Outbox', 'Settings', 'Create application', 'shop']
    const reached: string[] = []
    for (let step = 0; step < 40 && !reached.includes('shop'); step++) {
      await page.keyboard.press('Tab')
      reached.push(await focused(page))
    }
    t.strictSame(
      names.filter(name => reached.includes(name)),
      reached.filter(name => names.includes(name)),
    )
  })
})

t.test('Ctrl-K finds what is called exactly so before newer names that contain it', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const zoo = await createApp(client, 'zoo')
  for (let number = 1; number <= 12; number++) await createApp(client, `Zoo ${number}`)
  await createApp(client, 'the zoo')
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  await page.goto(`${url}/_pinpoint/console/faults`)
  await heading(page, 'Faults').waitFor()
  await page.keyboard.press('Control+k')
  await untilFocused(page, 'A page, a name or an id')
  await page.keyboard.type('zoo')
  await page
    .getByRole('option', { selected: true })
    .filter({ hasText: /^zoo\s*application$/ })
    .waitFor()
  t.equal(await page.getByRole('option', { name: 'the zoo' }).count(), 0, 'what only contains it is last')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/apps/${zoo}`)
  t.strictSame(
    trouble.filter(line => !line.startsWith('404: ')),
    [],
  )
})
