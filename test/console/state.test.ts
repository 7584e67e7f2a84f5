import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { GetAppsCommand, TooManyRequestsException, UpdateEndpointCommand } from '@aws-sdk/client-pinpoint'
import t from 'tap'
import { describedBy, dropFiles, launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { prepareCampaigns } from '../support/campaigns.ts'
import { controlOf } from '../support/control.ts'
import { createApp, createImportJob, startEmulator, until } from '../support/helpers.ts'
import { largeSnapshot } from '../support/large-snapshot.ts'

t.test('the state is reset, saved and restored in the console, and each is undone', needsBrowser, async t => {
  const { url, client } = await startEmulator(t, {})
  const browser = await launchBrowser(t)
  const { page, trouble, expectTrouble } = await openPage(t, browser, url)
  const names = async (): Promise<string[]> => {
    const { items } = (await (await fetch(`${url}/_pinpoint/apps`)).json()) as { items: { name: string }[] }
    return items.map(({ name }) => name).sort()
  }
  /** Waits until the page says so many applications. */
  const shown = (applications: number) =>
    page
      .locator('dl')
      .getByText(new RegExp(`^Applications${applications}$`))
      .waitFor()
  // Pages of one application instead of a thousand.
  await page.route(/\/apps\?page-size=1000/, route =>
    route.continue({ url: route.request().url().replace('page-size=1000', 'page-size=1') }),
  )
  await createApp(client)
  await createApp(client)
  const two = await names()
  await page.goto(`${url}/_pinpoint/console/state`)
  await shown(2)

  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download a snapshot' }).click()
  const file = await (await downloading).path()
  t.equal(readFileSync(file).subarray(0, 15).toString(), 'SQLite format 3')

  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText('This removes 2 applications').waitFor()
  await dialog.getByText('so do uploaded files, the request log and the counts of usage').waitFor()
  await dialog
    .getByText('does not bring back uploaded files, the request log and the counts of usage')
    .waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  t.strictSame(await names(), two, 'nothing is done before it is confirmed')

  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  await dialog.getByRole('button', { name: 'Reset' }).click()
  await shown(0)
  t.strictSame(await names(), [])
  await page.getByRole('button', { name: 'Undo the reset' }).click()
  await shown(2)
  t.strictSame(await names(), two)
  await page.getByRole('button', { name: 'Undo the reset' }).waitFor({ state: 'detached' })

  await createApp(client)
  await shown(3)
  const picker = { name: 'Snapshot to restore' }
  t.equal(await page.getByRole('button', picker).count(), 0, 'it is no second button for the same')
  const choose = page.getByLabel(picker.name)
  await choose.setInputFiles(file)
  await dialog.getByText('This removes 3 applications').waitFor()
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await shown(2)
  t.strictSame(await names(), two)
  await page.getByRole('button', { name: 'Undo the restore' }).click()
  await shown(3)

  await dropFiles(page.getByText('or drop the file here'), { 'snapshot.db': readFileSync(file) })
  await dialog.getByText('snapshot.db').waitFor()
  await dialog.getByRole('button', { name: 'Restore' }).click()
  await shown(2)
  t.strictSame(await names(), two)
  await page.getByRole('button', { name: 'Undo the restore' }).click()
  await shown(3)

  await choose.setInputFiles({
    name: 'photo.db',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('not a database'),
  })
  await dialog.getByRole('button', { name: 'Restore' }).click()
  t.match(await dialog.getByRole('alert').textContent(), 'The snapshot is refused')
  expectTrouble(/^400: PUT .*\/snapshot$/)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await shown(3)
  t.equal((await names()).length, 3, 'nothing has changed')

  await page.getByRole('button', { name: 'Reset to the seed' }).click()
  await dialog.getByRole('button', { name: 'Reset to the seed' }).click()
  t.match(await dialog.getByRole('alert').textContent(), /seed/)
  expectTrouble(/^400: POST .*\/reset/)
  t.equal((await names()).length, 3)
  t.strictSame(trouble, [])
})

t.test('a state that is too big for an undo is reset after a second question', needsBrowser, async t => {
  const { url, client } = await startEmulator(t, {})
  await fetch(`${url}/_pinpoint/snapshot`, { method: 'PUT', body: await largeSnapshot(t, 51) })
  const app = await createApp(client)
  const status = async () => (await fetch(`${url}/_pinpoint/apps/${app}`)).status
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  const focused = () => page.evaluate<string>('document.activeElement.textContent')
  const question = page.getByRole('alertdialog', { name: 'Reset?', exact: true })
  const again = page.getByRole('alertdialog', { name: 'Reset without undo?', exact: true })
  const ask = async () => {
    await page.getByRole('button', { name: 'Reset', exact: true }).press('Enter')
    await question.getByText('This removes 1 application').waitFor()
    t.match(await describedBy(question), /^This removes 1 application; .* you can undo it\. /)
    t.equal(await focused(), 'Cancel')
    await page.keyboard.press('Shift+Tab')
    t.equal(await focused(), 'Reset')
    await page.keyboard.press('Enter')
    await again.waitFor()
    t.match(
      await describedBy(again),
      /^The state has [\d.]+ MiB, .* there will be no undo\. .*This removes 1 /,
    )
  }
  await page.goto(`${url}/_pinpoint/console/state`)
  await ask()
  t.equal(await focused(), 'Cancel', 'Enter once more does not confirm it')
  await page.keyboard.press('Enter')
  await page.getByRole('alertdialog').first().waitFor({ state: 'detached' })
  t.equal(await status(), 200)
  await until(async () => (await focused()) === 'Reset' || undefined, 'the focus where it was')

  await ask()
  await page.keyboard.press('Shift+Tab')
  t.equal(await focused(), 'Reset without undo')
  await page.keyboard.press('Enter')
  await page.getByText('Everything is removed.').waitFor()
  t.equal(await status(), 404)
  t.equal(await page.getByRole('button', { name: /^Undo/ }).count(), 0)
  t.strictSame(trouble, [])
})

t.test(
  'a reset or a restore that is cancelled changes nothing, and keeps the undo',
  needsBrowser,
  async t => {
    const { url, client } = await startEmulator(t, {})
    const { page, trouble } = await openPage(t, await launchBrowser(t), url)
    await createApp(client, 'before')
    const buffer = Buffer.from(await (await fetch(`${url}/_pinpoint/snapshot`)).arrayBuffer())
    const dialog = page.getByRole('alertdialog')
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    await page.goto(`${url}/_pinpoint/console/state`)
    await button('Reset').click()
    await dialog.getByRole('button', { name: 'Reset' }).click()
    await page.getByText('the state from before the reset').waitFor()
    const kept = await createApp(client, 'since then')

    /** The calls that replace the state, which all go on. */
    const replacing: string[] = []
    page.on('request', request => {
      if (/reset|snapshot/.test(request.url()) && request.method() !== 'GET') replacing.push(request.method())
    })
    const restore = async () => {
      await page
        .getByLabel('Snapshot to restore')
        .setInputFiles({ name: 'old.db', mimeType: 'application/vnd.sqlite3', buffer })
    }
    /** Begins what a dialog asks, and closes it while a call is under way, which then goes on. */
    const cancel = async (method: string, label: string, leave: () => Promise<void>) => {
      const isHeld = Promise.withResolvers<void>()
      const goesOn = Promise.withResolvers<void>()
      const isOver = Promise.withResolvers<void>()
      await page.route(/\/_pinpoint\/snapshot$/, async route => {
        if (route.request().method() !== method) return route.continue()
        isHeld.resolve()
        await goesOn.promise
        // The page may have given it up.
        await route.continue().catch(() => {})
        isOver.resolve()
      })
      await dialog.getByRole('button', { name: label }).click()
      await isHeld.promise
      // The page gives up what it uploads; the browser does so later than the page.
      const isGivenUp =
        method === 'PUT' && page.waitForEvent('requestfailed', request => request.method() === method)
      await leave()
      await dialog.waitFor({ state: 'detached' })
      await isGivenUp
      goesOn.resolve()
      await isOver.promise
      await page.unrouteAll({ behavior: 'wait' })
      // Whatever the page does with the answer, it has done when the page shows what is there then.
      await createApp(client)
      const number = ((await (await fetch(`${url}/_pinpoint/apps`)).json()) as { items: object[] }).items
        .length
      await page
        .locator('dl')
        .getByText(new RegExp(`^Applications${number}$`))
        .waitFor()
    }
    const press = async (leave: string) => {
      if (leave === 'Escape') await page.keyboard.press('Escape')
      else await dialog.getByRole('button', { name: leave }).click()
    }
    for (const [label, leave] of [
      ['Reset', 'Cancel'],
      ['Reset', 'Escape'],
      ['Reset to the seed', 'Cancel'],
    ] as const) {
      await button(label).click()
      await cancel('GET', label, () => press(leave))
      t.strictSame(replacing, [], `${label}, ${leave}`)
    }
    await restore()
    await cancel('GET', 'Restore', () => press('Cancel'))
    t.strictSame(replacing, [], 'Restore, while the snapshot is taken')
    await restore()
    await cancel('PUT', 'Restore', () => press('Cancel'))

    const { status } = await fetch(`${url}/_pinpoint/apps/${kept}`)
    t.equal(status, 200, 'nothing is removed')
    t.equal(await page.getByText('the state from before the restore').count(), 0)
    t.ok(await button('Undo the reset').isVisible())
    t.strictSame(trouble, [])
  },
)

t.test('the first page has applications page by page, and what runs or has failed', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const control = controlOf(url)
  for (const name of ['one', 'two', 'three']) await createApp(client, name)
  await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  const app = await createApp(client, 'four')
  await createImportJob(client, app, { S3Url: 's3://none/users.csv' })
  await control('GET', '/v1/apps/none')
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  // Pages of three applications instead of fifty.
  await page.route(/\/apps\?page-size=50(&|$)/, route =>
    route.continue({ url: route.request().url().replace('page-size=50', 'page-size=3') }),
  )
  await page.goto(`${url}/_pinpoint/console/`)
  const main = page.locator('main')
  await main.getByRole('link', { name: 'two' }).waitFor()
  const running = page.getByRole('region', { name: 'Running jobs' })
  await running.getByRole('row', { name: /users\.csv .* CREATED/ }).waitFor()
  const failed = page.getByRole('region', { name: 'Failed calls' })
  await failed.getByRole('row', { name: /^GetApp GET \/v1\/apps\/none 404/ }).waitFor()
  t.equal(await failed.getByRole('row').count(), 2, 'the head, and the one call that has failed')
  await main.getByRole('link', { name: 'Next page' }).click()
  await main.getByRole('link', { name: 'one' }).waitFor()
  t.equal(await main.getByRole('link', { name: 'two' }).count(), 0)

  await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
  await control('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  await running.getByText('None now').waitFor()

  await page.getByRole('button', { name: 'Create application' }).click()
  await page.getByLabel('Name', { exact: true }).fill('   ')
  await page.getByRole('dialog').getByRole('button', { name: 'Create application' }).click()
  await page.getByRole('alert').getByText('An application needs a name.').waitFor()
  await page.keyboard.press('Escape')
  // An SDK can create one all the same: it is called by its id.
  const blank = await createApp(client, '   ')
  await main.getByRole('link', { name: 'First page' }).click()
  await main.getByRole('link', { name: blank }).click()
  await page.getByRole('heading', { level: 1, name: blank }).waitFor()
  t.strictSame(trouble, [])
})

t.test('a page shows nothing of a state that was replaced', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const app = await createApp(client)
  const EndpointRequest = { ChannelType: 'EMAIL', Address: 'ann@example.com' } as const
  await client.send(new UpdateEndpointCommand({ ApplicationId: app, EndpointId: 'ann', EndpointRequest }))
  const { page, trouble, expectTrouble } = await openPage(t, await launchBrowser(t), url)
  await page.goto(`${url}/_pinpoint/console/apps/${app}/endpoints/ann`)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByText('ann@example.com', { exact: true }).waitFor()
  await fetch(`${url}/_pinpoint/reset`, { method: 'POST' })
  const gone = page.getByRole('alert').filter({ hasText: 'Application not found' })
  await gone.getByRole('link', { name: 'All endpoints' }).waitFor()
  await gone.getByRole('link', { name: 'All applications' }).waitFor()
  t.equal(await page.getByText('ann@example.com').count(), 0)
  expectTrouble(/^404: GET /)
  t.strictSame(trouble, [])
})

t.test('faults, job control, channels and the clock are set in the console', needsBrowser, async t => {
  const { url, client } = await startEmulator(t)
  const { app, ok, endpoints, create, statusOf } = await prepareCampaigns(controlOf(url))
  const { page, trouble } = await openPage(t, await launchBrowser(t), url)
  const open = (path: string) => page.goto(`${url}/_pinpoint/console/${path}`)
  const dialog = page.getByRole('dialog')
  const status = (text: string) => page.locator('.page-title').getByText(text, { exact: true })

  await t.test('a call of the journal that is made to fail gives the SDK a 429, twice', async t => {
    const call = () => client.send(new GetAppsCommand({}))
    await call()
    await open('requests')
    await page.getByRole('link', { name: 'GetApps' }).click()
    await page.getByRole('button', { name: 'Make this fail twice' }).click()
    await page.getByRole('row', { name: /GetApps .* 2 of 2/ }).waitFor()
    for (let times = 0; times < 2; times++) {
      await t.rejects(call(), { name: TooManyRequestsException.name, $metadata: { httpStatusCode: 429 } })
    }
    await call()
    await page.getByRole('row', { name: /GetApps .* 0 of 2/ }).waitFor()
  })

  await t.test('rules for records and messages of an application are added in the console', async t => {
    const form = page.getByRole('region', { name: 'New rule' })
    const add = () => form.getByRole('button', { name: 'Add the rule' }).click()
    await open('faults?new=job')
    await form.getByLabel('Every so many records fail').fill('10')
    await form.getByLabel('Reason of the records').fill('Unlucky')
    await add()
    await page.getByRole('row', { name: /^Jobs .*Unlucky/ }).waitFor()
    await form.getByRole('link', { name: 'Messages' }).click()
    await form.getByLabel('Application id').fill(app)
    await form.getByLabel('Status', { exact: true }).selectOption('THROTTLED')
    await add()
    await page.getByRole('row', { name: /^Messages .*THROTTLED/ }).waitFor()
    t.match((await ok('GET', '/_pinpoint/faults')).items.slice(-2), [
      { job: {}, failRecords: { every: 10, reason: 'Unlucky' } },
      { message: { app }, status: 'THROTTLED' },
    ])
    await page.getByRole('button', { name: 'Remove all rules' }).click()
    await page.getByText('Nothing fails on purpose').waitFor()
  })

  await t.test('a wrong delay of jobs is refused in the console, and the next one is taken', async () => {
    await open('faults')
    const jobs = page.getByRole('region', { name: 'How jobs advance' })
    const is = async (control: object) =>
      until(
        async () => isDeepStrictEqual(await ok('GET', '/_pinpoint/job-control'), control) || undefined,
        JSON.stringify(control),
      )
    const delay = jobs.getByLabel('Milliseconds in each state')
    const set = jobs.getByRole('button', { name: 'Set' })
    await jobs.getByLabel(/^Timed/).click()
    await is({ mode: 'timed', delayMs: 1000 })
    for (const wrong of ['1e', '', '-1', '1.5', '86400001']) {
      await delay.fill('')
      await delay.pressSequentially(wrong)
      await set.click()
      await jobs.locator('input:invalid').waitFor()
    }
    await is({ mode: 'timed', delayMs: 1000 })
    await jobs.getByLabel(/^At once/).click()
    await is({ mode: 'immediate' })
    await jobs.getByLabel(/^Timed/).click()
    await is({ mode: 'timed', delayMs: 1000 })
    await delay.fill('20')
    await set.click()
    await is({ mode: 'timed', delayMs: 20 })
    await ok('PUT', '/_pinpoint/job-control', { mode: 'timed', delayMs: 10 })
    await until(async () => (await delay.inputValue()) === '10' || undefined, 'what others set')
    await ok('PUT', '/_pinpoint/job-control', { mode: 'immediate' })

    // A mode that is chosen while another one is being set.
    const answers = Promise.withResolvers<void>()
    await page.route('**/_pinpoint/job-control', async route => {
      if (route.request().method() === 'PUT') await answers.promise
      await route.continue()
    })
    await until(async () => (await jobs.getByLabel(/^At once/).isChecked()) || undefined, 'what others set')
    await jobs.getByLabel(/^Timed/).click()
    await jobs.locator('fieldset[aria-busy=true]').waitFor()
    t.equal(await jobs.getByLabel(/^Timed/).isChecked(), true)
    await jobs.getByLabel(/^At once/).click()
    await jobs.getByLabel(/^By hand/).click()
    answers.resolve()
    await is({ mode: 'manual' })
    await jobs.locator('fieldset[aria-busy=false]').waitFor()
    t.equal(await jobs.getByLabel(/^By hand/).isChecked(), true)
    await page.unroute('**/_pinpoint/job-control')
    await ok('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  })

  await t.test('a field of a channel that is emptied is removed, and all others stay', async t => {
    const channel = (path: string) => ok('GET', `/v1/apps/${app}/channels/${path}`)
    const change = async (name: string) => {
      await page.getByRole('button', { name: `Change ${name}` }).click()
      await dialog.waitFor()
    }
    const save = async () => {
      await dialog.getByRole('button', { name: 'Save the channel' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    await open(`apps/${app}/channels`)
    await change('SMS')
    await dialog.getByLabel('SenderId').fill('shop')
    await dialog.getByLabel('ShortCode').fill('12345')
    await save()
    t.match(await channel('sms'), { SenderId: 'shop', ShortCode: '12345', Enabled: true })
    await change('SMS')
    t.equal(await dialog.getByLabel('SenderId').inputValue(), 'shop')
    await dialog.getByLabel('SenderId').fill('')
    await save()
    t.match(await channel('sms'), { SenderId: undefined, ShortCode: '12345' })

    const before = await channel('email')
    await change('EMAIL')
    await dialog.getByRole('checkbox', { name: 'Enabled' }).uncheck()
    await save()
    const { FromAddress, Identity } = before
    t.match(await channel('email'), { FromAddress, Identity, Enabled: false })
  })

  await t.test('the clock is frozen and advanced; a campaign is paused and goes on', async t => {
    const now = async () => Date.parse((await ok('GET', '/_pinpoint/clock')).now)
    await open('clock')
    await page.getByLabel('Mode', { exact: true }).selectOption('frozen')
    await page.getByRole('button', { name: 'Set the clock' }).click()
    await status('frozen').waitFor()
    const frozen = await now()
    await page.getByRole('button', { name: 'By 1 hour' }).click()
    await page.getByText('The last advance went from').waitFor()
    t.equal(await now(), frozen + 3_600_000)
    await page.getByRole('button', { name: 'By 1 day' }).click()
    await page.getByText(/ from \d+ \w+ \d{4}, [\d:]+ to \d+ \w+ \d{4}, /).waitFor()

    await endpoints({ Id: 'ann' })
    const StartTime = new Date(frozen + 3 * 86_400_000).toISOString()
    const campaign = await create({ Schedule: { StartTime } })
    await open(`apps/${app}/campaigns/${campaign}`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await status('PAUSED').waitFor()
    t.equal(await statusOf(campaign), 'PAUSED')
    await page.getByRole('button', { name: 'Resume' }).click()
    await status('SCHEDULED').waitFor()

    await open('clock')
    await page.getByRole('button', { name: 'To what is due next' }).click()
    await page.getByRole('link', { name: 'See the outbox' }).click()
    await page.getByRole('row', { name: /Hi .*campaign/ }).waitFor()
    t.equal(await now(), Date.parse(StartTime))
  })

  await t.test('calls of operations that AWS has ended are counted', async () => {
    await open('usage')
    await page.getByText(/^These tests still call \d+ ended operations/).waitFor()
    await page.getByRole('row', { name: /^CreateCampaign ended .* 1$/ }).waitFor()
    await page.getByRole('row', { name: /^GetApps lives on .* 4$/ }).waitFor()
  })
  t.strictSame(trouble, [])
})
