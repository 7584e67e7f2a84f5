import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchBrowser, needsBrowser, openPage, type WatchedPage } from '../support/browser.ts'
import { startFilledEmulator } from '../support/filled-emulator.ts'
import { startEmulator, until } from '../support/helpers.ts'
import { createOrdinaryApp } from '../support/ordinary-app.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * The paths of all routes. They are read from the text, as the modules that routes import are for
 * browsers.
 */
const routes = Array.from(
  readFileSync(new URL('../../console/routes.ts', import.meta.url), 'utf8').matchAll(/\{ path: '([^']*)',/g),
  ([, path]) => ({ path: path! }),
)

/** Values of the parameters of routes. */
type Values = Record<string, readonly string[]>

/** The addresses of a route, one for each value of its last parameter. */
function addressesOf(path: string, values: Values): string[] {
  const parts = path.split('/')
  const named = parts.filter(part => part.startsWith(':'))
  const last = named.at(-1)
  const valuesOf = (part: string) => {
    const key = part.slice(1)
    const before = parts[parts.indexOf(part) - 1]
    const found = values[key] ?? values[`${before}/${key}`]
    if (found === undefined)
      throw new Error(`no value for ${part} of the route ${path}: add one to this test`)
    return found
  }
  const of = (ending: string | undefined) =>
    parts
      .map(part =>
        part.startsWith(':') ? encodeURIComponent(part === last ? ending! : valuesOf(part)[0]!) : part,
      )
      .join('/')
  return last === undefined ? [path] : valuesOf(last).map(of)
}

/** The violations that axe finds on a page as it is, a line each. */
async function violationsOf(page: Page, options: object): Promise<string[]> {
  // The function that runs is text: a function of this file would be compiled with helpers of its own.
  const found = await page.evaluate<
    { id: string; nodes: { target: string[]; html: string; failureSummary: string }[] }[]
  >(
    `axe.run(document, ${JSON.stringify({ iframes: false, resultTypes: ['violations'], ...options })})
      .then(({ violations }) => violations)`,
  )
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => `${id}: ${target.join(' ')}: ${html}\n${failureSummary}`),
  )
}

/** Options with which axe also looks at the size of what is clicked. */
const withTargets = { rules: { 'target-size': { enabled: true } } }

/**
 * Goes to a page as a reader does, by a link, and waits until it has all that it shows, and its heading the
 * focus.
 */
async function follow(page: Page, address: string): Promise<void> {
  await page.evaluate<void>(`{
    const link = document.createElement('a')
    link.href = ${JSON.stringify(address || '.')}
    document.querySelector('main').before(link)
    link.click()
    link.remove()
  }`)
  // The page's policy lets nothing of playwright's run that waits inside of it.
  await until(
    async () =>
      (await page.evaluate<boolean>(
        `location.pathname === new URL(${JSON.stringify(address || '.')}, document.baseURI).pathname
          && document.activeElement.matches('main h1') && document.querySelector('main .loading') === null`,
      )) || undefined,
    `the page ${address}`,
  )
}

/** The tables of a page that are wider than their frames: their names, and by how many pixels. */
const cutTables = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`[...document.querySelectorAll('.table-frame')]
    .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
    .map(frame => frame.ariaLabel + ': ' + (frame.scrollWidth - frame.clientWidth))`)

const widths = [1280, 1024, 1000, 801, 375, 320]

/** What is wrong with a page, in both schemes and at all widths: a line each. */
async function look({ page, trouble }: WatchedPage, address: string, isMissing: boolean): Promise<string[]> {
  const wrong: string[] = []
  await page.setViewportSize({ width: widths[0]!, height: 800 })
  await page.emulateMedia({ colorScheme: 'light' })
  await follow(page, address)
  const [heading, title] = await page.evaluate<string[]>(
    `[document.querySelector('main h1').textContent, document.title]`,
  )
  if (title !== `${heading} · pinpoint-local`) wrong.push(`the title is "${title}", the heading "${heading}"`)
  wrong.push(...(await violationsOf(page, withTargets)))
  // What is not there looks the same everywhere: the pages that are there show the rest.
  if (!isMissing) {
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await violationsOf(page, { runOnly: ['color-contrast'] })
    wrong.push(...dark.map(line => `dark: ${line}`))
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 })
      const wide = await page.evaluate<string[]>(`(() => {
      const most = document.documentElement.clientWidth
      if (document.documentElement.scrollWidth <= most) return []
      const found = [...document.querySelectorAll('main *, header *')]
        .filter(element => element.getBoundingClientRect().right > most && !element.closest('.table-frame'))
        .slice(0, 4)
        .map(element => element.outerHTML.slice(0, 200))
      return found.length > 0 ? found : ['something in a table']
    })()`)
      wrong.push(...wide.map(line => `too wide at ${width} px: ${line}`))
      if (width >= 801) {
        const cut = await cutTables(page)
        wrong.push(...cut.map(line => `columns are cut off at ${width} px: ${line}`))
      }
    }
  }
  const happened = trouble.splice(0)
  if (isMissing) {
    const said = page.getByRole('alert').or(page.locator('main .empty'))
    if ((await said.count()) === 0) wrong.push('does not say that there is no such thing')
    wrong.push(...happened.filter(line => !line.startsWith('404: ')))
  } else wrong.push(...happened)
  return wrong
}

t.test('every page of the console', needsBrowser, async t => {
  const browser = await launchBrowser(t)

  /** Looks at all pages, two at a time. */
  async function lookAtAll(t: Test, url: string, addresses: readonly string[], isMissing = false) {
    const rest = [...addresses]
    const lookAtSome = async () => {
      const watched = await openPage(t, browser, url)
      // The first page must be gone to by a link too.
      await watched.page.goto(`${url}/_pinpoint/console/no-page`)
      await watched.page.locator('h1').waitFor()
      await watched.page.evaluate(axe)
      for (let address = rest.shift(); address !== undefined; address = rest.shift()) {
        const wrong = await look(watched, address, isMissing).catch(error => [String(error)])
        t.equal(wrong.join('\n'), '', address || 'start')
      }
    }
    await Promise.all([lookAtSome(), lookAtSome()])
  }

  t.test('every page of a filled emulator', async t => {
    const { url, app, emptyApp, ...of } = await startFilledEmulator(t)
    const idOf = (found: { requestId: string } | undefined) => found!.requestId
    const values: Values = {
      app: [app],
      'import-jobs/job': [of.jobs.finished, of.jobs.failed],
      'export-jobs/job': [of.jobs.exported],
      endpoint: ['mail', 'push', 'an id with / and "'],
      user: ['eve'],
      segment: [of.imported, of.free, of.grouped, of.segment],
      campaign: [of.campaign, of.later],
      journey: [of.journey, of.draft],
      message: of.messages.map(({ id }: { id: number }) => String(id)),
      kind: ['email'],
      template: ['hello'],
      request: [
        idOf(of.requests.find(({ status }: { status: number }) => status >= 400)),
        idOf(of.requests.find(({ operation }: { operation: string }) => operation === 'CreateJourney')),
      ],
    }
    const kinds = ['sms', 'push', 'voice', 'inapp'].map(kind => `templates/${kind}/hello`)
    const addresses = [...routes.flatMap(({ path }) => addressesOf(path, values)), ...kinds]
    await lookAtAll(t, url, addresses)

    t.test('every dialog', async t => {
      const { page, trouble } = await openPage(t, browser, url, { reducedMotion: 'reduce' })
      await page.goto(`${url}/_pinpoint/console/no-page`)
      await page.locator('h1').waitFor()
      await page.evaluate(axe)
      const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'))
      const lookAt = async (name: string) => {
        await dialog.waitFor()
        t.equal((await violationsOf(page, withTargets)).join('\n'), '', name)
        t.ok(
          await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth),
          `${name} fits`,
        )
        await page.keyboard.press('Escape')
        await dialog.waitFor({ state: 'detached' })
      }
      for (const [path, button] of [
        ['', 'Create application'],
        [`apps/${emptyApp}`, 'Delete the application'],
        [`apps/${app}/channels`, 'Change EMAIL'],
        [`apps/${app}/endpoints`, 'New endpoint'],
        [`apps/${app}/endpoints/mail`, 'Send a test message'],
        [`apps/${app}/segments`, 'New segment'],
        [`apps/${app}/jobs`, 'Export'],
        ['templates', 'New template'],
        ['state', 'Reset to the seed'],
      ] as const) {
        await follow(page, path)
        await page.locator('main').getByRole('button', { name: button }).click()
        await lookAt(`${path}: ${button}`)
      }
      await page.keyboard.press('Control+k')
      await page.keyboard.type('shop')
      await page.getByRole('option').first().waitFor()
      await lookAt('Ctrl-K')
      await page.keyboard.press('?')
      await lookAt('?')
      t.strictSame(
        trouble.filter(line => !line.startsWith('404: ')),
        [],
      )
      const fade = await page.evaluate(`(() => {
        const text = document.querySelector('main').appendChild(document.createElement('p'))
        text.className = 'loading'
        return getComputedStyle(text).animationDuration
      })()`)
      t.equal(fade, '0s', 'nothing moves for readers who ask for that')
    })

    t.test('every page of an application with nothing in it', async t => {
      const lists = routes.filter(({ path }) => /^apps\/:app(\/[^:]+)?$/.test(path))
      await lookAtAll(
        t,
        url,
        lists.flatMap(({ path }) => addressesOf(path, { app: [emptyApp] })),
      )
    })

    t.test('lists of ordinary contents show all of their columns from 801 pixels on', async t => {
      const loyal = await createOrdinaryApp(of.client, of.ok, 's3://demo/users.csv')
      const lists = ['', 'outbox', 'jobs', 'requests', 'requests?operation=CreateImportJob', 'templates']
      const ofApp = ['', '/jobs', '/endpoints', '/users', '/segments', '/campaigns', '/journeys', '/channels']
      const { page } = await openPage(t, browser, url)
      for (const path of [...lists, ...ofApp.map(path => `apps/${loyal.app}${path}`)]) {
        await page.goto(`${url}/_pinpoint/console/no-page`)
        await page.locator('h1').waitFor()
        await follow(page, path)
        for (const width of [1280, 1024, 1000, 801]) {
          await page.setViewportSize({ width, height: 800 })
          t.strictSame(await cutTables(page), [], `${path || 'start'}, ${width} px`)
        }
      }
      await follow(page, `apps/${loyal.app}/import-jobs/${loyal.job}`)
      for (const width of [1280, 1024, 1000, 801]) {
        await page.setViewportSize({ width, height: 800 })
        const broken = await page.evaluate<string[]>(`[...document.querySelectorAll('.track .name > span')]
          .map(({ firstChild }) => firstChild)
          .filter(word => {
            const range = document.createRange()
            range.selectNodeContents(word)
            return range.getClientRects().length > 1
          })
          .map(({ data }) => data)`)
        t.strictSame(broken, [], `states at ${width} px`)
      }
    })

    t.test('names and ids of any length leave room for the rest of a row', async t => {
      const long = 'x'.repeat(300)
      const endpoint = { ChannelType: 'EMAIL', Address: 'a@example.com', User: { UserId: long.slice(1) } }
      const at = `/v1/apps/${emptyApp}`
      await of.ok('PUT', `${at}/endpoints/${long}`, endpoint)
      const text = { MessageConfiguration: { DefaultMessage: { Body: 'Hello, this is a message' } } }
      await of.ok('POST', `${at}/messages`, { ...text, Endpoints: { [long]: {} } })
      const { Id: SegmentId } = await of.ok('POST', `${at}/segments`, { Name: long })
      const Schedule = {
        StartTime: '2999-01-01T00:00:00Z',
        EndTime: '2999-02-01T00:00:00Z',
        Frequency: 'DAILY',
        IsLocalTime: true,
        Timezone: 'UTC+01',
      }
      const campaign = {
        Name: long,
        SegmentId,
        Schedule,
        MessageConfiguration: { SMSMessage: { Body: 'Hi' } },
      }
      await of.ok('POST', `${at}/campaigns`, campaign)
      const { page } = await openPage(t, browser, url)
      for (const path of [
        'outbox',
        ...['endpoints', 'campaigns', 'segments'].map(list => `apps/${emptyApp}/${list}`),
      ]) {
        await page.goto(`${url}/_pinpoint/console/${path}`)
        const frame = page.locator('.table-frame')
        await frame.getByRole('link').first().waitFor()
        const heads = await frame.evaluate(element =>
          [...element.querySelectorAll('th')].map(({ offsetWidth, offsetLeft, textContent }) => ({
            name: textContent,
            width: offsetWidth,
            isSeen: offsetLeft + 60 < element.clientWidth,
          })),
        )
        for (const { name, width, isSeen } of heads.filter(({ name }) =>
          /says|Address|Status|Members/.test(name),
        )) {
          t.ok(width > 60 && isSeen, `${path}: ${name} has room`)
        }
        const [named, runs] = ['Campaign', 'Runs'].map(head => heads.find(({ name }) => name === head))
        if (runs !== undefined) t.ok(runs.width >= named!.width, `${path}: Runs has as much room as the name`)
      }
    })

    t.test('every page of a thing that does not exist', async t => {
      const none = new Proxy<Values>({}, { get: (_, name) => [name === 'app' ? app : 'none'] })
      const ofItems = routes.filter(({ path }) => /:(?!app)[^/]+$/.test(path))
      await lookAtAll(
        t,
        url,
        ofItems.flatMap(({ path }) => addressesOf(path, none)),
        true,
      )
    })
  })

  t.test('every page of an emulator with nothing in it', async t => {
    const { url, client, close } = await startEmulator(t)
    const addresses = routes.filter(({ path }) => !path.includes(':')).map(({ path }) => path)
    await lookAtAll(t, url, addresses)

    const { page } = await openPage(t, browser, url)
    await page.goto(`${url}/_pinpoint/console/faults`)
    await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
    await page.evaluate(axe)
    client.destroy()
    await close()
    await page.locator('header').getByText('Disconnected').waitFor()
    const add = page.getByRole('button', { name: 'Add the rule' })
    await add.click()
    const form = page.locator('form', { has: add })
    await form.getByRole('alert').getByText('The emulator does not answer').waitFor()
    for (const width of [widths[0]!, widths.at(-1)!]) {
      await page.setViewportSize({ width, height: 800 })
      t.equal((await violationsOf(page, withTargets)).join('\n'), '', `without an emulator, ${width} px`)
    }
  })
})
