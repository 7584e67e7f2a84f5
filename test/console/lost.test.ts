import type { Page } from 'playwright-core'
import t from 'tap'
import { launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { makeBuckets, makeFolder } from '../support/buckets.ts'
import { controlOf, jobsOf } from '../support/control.ts'
import { createApp, createImportJob, startEmulator, waitForJob } from '../support/helpers.ts'
import { putEndpoint } from '../support/reads.ts'
import { spawnEmulator } from '../support/spawn.ts'

const live = (page: Page) => page.getByRole('button', { name: 'Live', exact: true })
const lost = (page: Page) => page.locator('header').getByText(/Disconnected as of \d\d:\d\d:\d\d/)
const appLink = (page: Page, name: string) => page.locator('main').getByRole('link', { name, exact: true })

t.test('the console of an emulator that is killed, or that others use', needsBrowser, async t => {
  const browser = await launchBrowser(t)

  t.test('a killed emulator is noticed, and followed again when it is back', async t => {
    const env = { DATA_DIR: makeFolder(t) }
    const first = await spawnEmulator(t, env)
    const app = await createApp(first.client, 'before')
    await putEndpoint(first.client, app, 'e1', { ChannelType: 'SMS', Address: '+15555550100' })
    const [start, endpoint] = await Promise.all([
      openPage(t, browser, first.url),
      openPage(t, browser, first.url),
    ])
    await start.page.goto(`${first.url}/_pinpoint/console/`)
    await appLink(start.page, 'before').waitFor()
    // A page that nothing is said about on the live feed.
    await endpoint.page.goto(`${first.url}/_pinpoint/console/apps/${app}/endpoints/e1`)
    await endpoint.page.getByText('+15555550100').first().waitFor()
    for (const { page } of [start, endpoint]) await live(page).waitFor()

    await first.end('SIGKILL')
    for (const { page } of [start, endpoint]) await lost(page).waitFor()
    t.ok(await appLink(start.page, 'before').isVisible(), 'what was read is still shown')
    await start.page.getByRole('link', { name: 'Usage' }).click()
    await start.page.getByRole('alert').getByText('The emulator does not answer').waitFor()

    const second = await spawnEmulator(t, { ...env, PORT: new URL(first.url).port })
    await createApp(second.client, 'after')
    await putEndpoint(second.client, app, 'e1', { ChannelType: 'SMS', Address: '+15555550199' })
    await Promise.all([
      endpoint.page.getByRole('status').getByText('Live.', { exact: true }).waitFor(),
      ...[start, endpoint].map(({ page }) => live(page).waitFor()),
    ])
    await start.page.getByRole('alert').waitFor({ state: 'detached' })
    await endpoint.page.getByText('+15555550199').first().waitFor()
    await start.page.goBack()
    await appLink(start.page, 'after').waitFor()
    await createApp(second.client, 'live again')
    await appLink(start.page, 'live again').waitFor()
    for (const { trouble } of [start, endpoint]) {
      t.strictSame(
        trouble.filter(
          line => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY/.test(line),
        ),
        [],
      )
    }
  })

  t.test(
    'when the emulator is killed during an upload, the page says what to do, and doing it works',
    async t => {
      const env = { DATA_DIR: makeFolder(t) }
      const first = await spawnEmulator(t, env)
      const app = await createApp(first.client)
      const { page } = await openPage(t, browser, first.url)
      await page.goto(`${first.url}/_pinpoint/console/apps/${app}/import`)
      const columns = Array.from({ length: 40 }, (_, n) => `Attributes.a${n}`)
      const values = columns.map(() => 'x'.repeat(100))
      const rows = Array.from({ length: 1000 }, (_, n) => `e${n},SMS,+1555${n},${values}\n`)
      const buffer = Buffer.from(`Id,ChannelType,Address,${columns}\n${rows.join('')}`)
      await page
        .getByLabel('Files to import')
        .setInputFiles({ name: 'users.csv', mimeType: 'text/csv', buffer })
      await page.getByRole('row', { name: /^2 good e0 SMS/ }).waitFor()
      // So that the emulator cannot receive it all before it is killed.
      process.kill(first.pid, 'SIGSTOP')
      await page.getByRole('button', { name: 'Import 1 file' }).click()
      await page.getByText(/^[1-9].* of 3\.\d MiB/).waitFor()
      await first.end('SIGKILL')
      await page
        .getByRole('alert')
        .filter({ hasText: 'The upload broke off' })
        .getByText(/Start it again/)
        .waitFor()

      await spawnEmulator(t, { ...env, PORT: new URL(first.url).port })
      await page.getByRole('button', { name: 'Import 1 file' }).click()
      await page.locator('.page-title').getByText('COMPLETED', { exact: true }).waitFor()
      await page.getByRole('link', { name: 'Segment users' }).waitFor()
    },
  )

  t.test('the console follows what others do to its emulator', async t => {
    const buckets = makeBuckets(t)
    const { url, client } = await startEmulator(t, buckets.env)
    const control = controlOf(url)

    t.test('reset and restore by another client are shown at once', async t => {
      const app = await createApp(client, 'kept')
      await putEndpoint(client, app, 'e1', { ChannelType: 'SMS', Address: '+15555550100' })
      const [start, endpoint, channels] = await Promise.all([
        openPage(t, browser, url),
        openPage(t, browser, url),
        openPage(t, browser, url),
      ])
      await start.page.goto(`${url}/_pinpoint/console/`)
      await appLink(start.page, 'kept').waitFor()
      await endpoint.page.goto(`${url}/_pinpoint/console/apps/${app}/endpoints/e1`)
      await endpoint.page.getByText('+15555550100').first().waitFor()
      await channels.page.goto(`${url}/_pinpoint/console/apps/${app}/channels`)
      for (const { page } of [start, endpoint, channels]) await live(page).waitFor()

      const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
      await control('POST', '/_pinpoint/reset')
      await start.page.getByRole('heading', { name: 'Import your first file' }).waitFor()
      for (const { page } of [endpoint, channels]) await page.getByRole('alert').first().waitFor()

      await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
      await appLink(start.page, 'kept').waitFor()
      for (const { page } of [endpoint, channels]) {
        await page.getByRole('alert').first().waitFor({ state: 'detached' })
      }
      start.trouble.length === 0 || t.fail(start.trouble.join())
      endpoint.expectTrouble(/^404: /)
      channels.expectTrouble(/^404: /)
      t.strictSame([...endpoint.trouble, ...channels.trouble], [])
    })

    t.test('after a restore, a job is in the state of the snapshot', async t => {
      await buckets.put('data', 'users.csv', 'Id,ChannelType,Address\ne1,SMS,+15555550100\n')
      const jobs = jobsOf(url)
      await jobs.control({ mode: 'manual' })
      const app = await createApp(client, 'with a job')
      const job = await createImportJob(client, app, { S3Url: 's3://data/users.csv' })
      await jobs.advance(job, 'PROCESSING')
      const snapshot = await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer()
      const [list, one] = await Promise.all([openPage(t, browser, url), openPage(t, browser, url)])
      const home = `${url}/_pinpoint/console/apps/${app}`
      await list.page.goto(`${home}/jobs`)
      await one.page.goto(`${home}/import-jobs/${job.Id}`)
      const areIn = async (status: string) => {
        await list.page.getByRole('row', { name: new RegExp(`users.csv .* ${status} `) }).waitFor()
        await one.page.locator('.page-title').getByText(status, { exact: true }).waitFor()
      }
      for (const { page } of [list, one]) await live(page).waitFor()
      await areIn('PROCESSING')
      await jobs.advance(job, 'COMPLETED')
      await areIn('COMPLETED')

      await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: snapshot })
      await areIn('PROCESSING')
      await jobs.control({ mode: 'immediate' })
      await areIn('COMPLETED')
      t.strictSame([...list.trouble, ...one.trouble], [])
    })

    t.test('new jobs stay announced when another application is deleted', async t => {
      const [app, other] = [await createApp(client, 'with jobs'), await createApp(client, 'other')]
      const create = () => createImportJob(client, app, { S3Url: 's3://data/users.csv' })
      await create()
      await create()
      const { page, trouble } = await openPage(t, browser, url)
      // Pages of one job instead of fifty.
      await page.route(/\/jobs\?.*page-size=50/, route =>
        route.continue({ url: route.request().url().replace('page-size=50', 'page-size=1') }),
      )
      await page.goto(`${url}/_pinpoint/console/apps/${app}/jobs`)
      await page.getByRole('link', { name: 'Next page' }).click()
      await page.getByRole('link', { name: 'First page' }).waitFor()
      await live(page).waitFor()
      const { Id } = await create()
      const show = page.getByRole('button', { name: 'Show 1 new job', exact: true })
      await show.waitFor()
      const again = page.waitForResponse(/\/jobs\?.*token=/)
      await control('DELETE', `/v1/apps/${other}`)
      await (await again).finished()
      await show.click()
      await page.locator(`main a[href$="${Id}"]`).waitFor()
      t.strictSame(trouble, [])
    })

    t.test('a job that comes to match the filters is announced, whatever was shown before', async t => {
      const app = await createApp(client, 'filtered')
      const create = () => createImportJob(client, app, { S3Url: 's3://data/users.csv' })
      await waitForJob(client, await create())
      await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
      const { Id } = await create()
      const { page, trouble } = await openPage(t, browser, url)
      await page.goto(`${url}/_pinpoint/console/apps/${app}/jobs`)
      const link = page.locator(`main a[href$="${Id}"]`)
      await link.waitFor()
      await live(page).waitFor()
      await page.getByLabel('Status').selectOption('COMPLETED')
      await link.waitFor({ state: 'detached' })
      await control('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
      await page.getByRole('button', { name: 'Show 1 new job', exact: true }).click()
      await link.waitFor()
      t.strictSame(trouble, [])
    })

    t.test('endpoints, users and segments follow what others write, and what the reader does', async t => {
      const app = await createApp(client, 'followed')
      const put = (id: string, plan: string) =>
        putEndpoint(client, app, id, {
          ChannelType: 'SMS',
          Address: '+15555550100',
          Attributes: { Plan: [plan] },
        })
      await put('e1', 'pro')
      const isPlan = (plan: string) => ({
        Name: 'Of a plan',
        Dimensions: { Attributes: { Plan: { AttributeType: 'INCLUSIVE', Values: [plan] } } },
      })
      const { body } = await control('POST', `/v1/apps/${app}/segments`, isPlan('free'))
      const [list, endpoint, segment] = await Promise.all([
        openPage(t, browser, url),
        openPage(t, browser, url),
        openPage(t, browser, url),
      ])
      const home = `${url}/_pinpoint/console/apps/${app}`
      await list.page.goto(`${home}/endpoints`)
      await endpoint.page.goto(`${home}/endpoints/e1`)
      await segment.page.goto(`${home}/segments/${body.Id}?endpoint=e1`)
      await endpoint.page.getByRole('row', { name: 'Of a plan no' }).waitFor()
      await segment.page.getByText('e1 is not in the segment.').waitFor()
      await appLink(list.page, 'e1').waitFor()
      for (const { page } of [list, endpoint, segment]) await live(page).waitFor()

      await put('e1', 'free')
      await endpoint.page.getByRole('row', { name: 'Plan free' }).waitFor()
      await endpoint.page.getByRole('row', { name: 'Of a plan yes' }).waitFor()
      await segment.page.getByText('e1 is in the segment.').waitFor()
      await appLink(segment.page, 'e1').waitFor()
      await put('e2', 'pro')
      await list.page.getByRole('button', { name: 'Show 1 new endpoint', exact: true }).click()
      await appLink(list.page, 'e2').waitFor()

      await segment.page.getByRole('button', { name: 'Edit' }).click()
      await segment.page.getByLabel('WriteSegmentRequest').fill(JSON.stringify(isPlan('pro')))
      await segment.page.getByRole('button', { name: 'Save a new version' }).click()
      await segment.page.getByText('e1 is not in the segment.').waitFor()
      await appLink(segment.page, 'e2').waitFor()
      await segment.page.getByRole('row', { name: /^2, shown/ }).waitFor()

      await putEndpoint(client, app, 'e3', { User: { UserId: 'ann' } })
      await list.page.goto(home)
      await list.page
        .locator('main')
        .getByRole('link', { name: /^1 ?Users$/ })
        .click()
      await list.page.getByLabel('Id begins with').fill('an')
      await list.page.getByLabel('Id begins with').press('Enter')
      await list.page.waitForURL(/users\?prefix=an$/)
      await list.page.getByRole('row', { name: 'ann 1' }).waitFor()
      await appLink(list.page, 'ann').click()
      await appLink(list.page, 'e3').waitFor()

      await list.page.goto(`${home}/endpoints`)
      await list.page.getByRole('button', { name: 'New endpoint' }).click()
      await list.page.getByLabel('Id', { exact: true }).fill('e3')
      await list.page.getByRole('button', { name: 'Save the endpoint' }).click()
      await list.page.getByText('e3 exists: change it?').waitFor()
      await list.page.getByRole('button', { name: 'Change it' }).click()
      await list.page.getByRole('heading', { level: 1, name: 'e3' }).waitFor()
      t.strictSame([...list.trouble, ...endpoint.trouble, ...segment.trouble], [])
    })

    t.test('templates, channels and settings follow what others write', async t => {
      const app = await createApp(client, 'written to')
      const write = async (method: 'POST' | 'PUT', path: string, body: object) =>
        t.ok((await control(method, path, body)).status < 300, path)
      await write('PUT', `/v1/apps/${app}/channels/sms`, { Enabled: true })
      await write('POST', '/v1/templates/hi/sms', { Body: 'Hi' })
      const open = () => openPage(t, browser, url)
      const opened = await Promise.all([open(), open(), open(), open(), open()])
      const [list, template, other, channels, overview] = opened
      const home = `${url}/_pinpoint/console`
      await list.page.goto(`${home}/templates`)
      await template.page.goto(`${home}/templates/sms/hi`)
      await other.page.goto(`${home}/templates/sms/hi`)
      await channels.page.goto(`${home}/apps/${app}/channels`)
      await overview.page.goto(`${home}/apps/${app}`)
      await appLink(list.page, 'hi').waitFor()
      await template.page.getByText('Version 1, active').waitFor()
      await channels.page.getByRole('row', { name: /^SMS enabled/ }).waitFor()
      await overview.page.getByRole('region', { name: 'Settings as JSON' }).waitFor()
      for (const { page } of opened) await live(page).waitFor()

      await other.page.getByRole('button', { name: 'Edit' }).click()
      await other.page.getByRole('dialog').getByLabel('Body').fill('Hello')
      await other.page.getByRole('button', { name: 'Save as a new version' }).click()
      await template.page.getByRole('link', { name: 'Version 2' }).waitFor()
      await other.page.getByRole('button', { name: 'Make version 2 active' }).click()
      await template.page.getByText('Version 2, active').waitFor()
      await list.page.getByRole('row', { name: /^hi SMS 2/ }).waitFor()
      await write('POST', '/_pinpoint/v1/templates/welcome/sms', { Body: 'Welcome' })
      await appLink(list.page, 'welcome').waitFor()

      await write('PUT', `/v1/apps/${app}/channels/sms`, { Enabled: false })
      await channels.page.getByRole('row', { name: /^SMS disabled/ }).waitFor()
      await write('PUT', `/_pinpoint/v1/apps/${app}/settings`, { Limits: { Daily: 5 } })
      await overview.page.getByRole('region', { name: 'Settings as JSON' }).getByText('"Daily": 5').waitFor()
      for (const { trouble } of opened) t.strictSame(trouble, [])
    })

    t.test('a paused page stands still, and catches up', async t => {
      const { page, trouble } = await openPage(t, browser, url)
      await page.goto(`${url}/_pinpoint/console/`)
      await live(page).click()
      const paused = page.getByRole('button', { name: /^Paused, as of/ })
      await paused.waitFor()
      await createApp(client, 'while paused')
      await page.getByRole('link', { name: 'Settings' }).click()
      await page.getByRole('heading', { name: 'Settings' }).waitFor()
      t.ok(await paused.isVisible(), 'another page stays paused')
      await page.goBack()
      await paused.click()
      await appLink(page, 'while paused').waitFor()
      await createApp(client, 'after the pause')
      await appLink(page, 'after the pause').waitFor()
      t.strictSame(trouble, [])
    })

    t.test('a hidden tab lets go of its stream, and catches up when it is looked at', async t => {
      const { page, context, trouble } = await openPage(t, browser, url)
      await page.clock.install()
      await page.goto(`${url}/_pinpoint/console/`)
      await live(page).waitFor()
      /** What a browser does when a tab is hidden; headless, all tabs are always seen. */
      const hide = (hidden: boolean) =>
        page.evaluate<void>(`{
          Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} })
          document.dispatchEvent(new Event('visibilitychange'))
        }`)
      const closed = context.waitForEvent('requestfailed', request => request.url().includes('/live'))
      await hide(true)
      await page.clock.runFor(31_000)
      await closed
      await createApp(client, 'while hidden')
      await hide(false)
      await page.clock.runFor(2000)
      await appLink(page, 'while hidden').waitFor()
      await live(page).waitFor()
      t.strictSame(trouble, [])
    })
  })
})
