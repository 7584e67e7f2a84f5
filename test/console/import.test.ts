import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ImportJobResponse } from '@aws-sdk/client-pinpoint'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { chooseFiles, dropFiles, launchBrowser, needsBrowser, openPage } from '../support/browser.ts'
import { makeBuckets, makeFolder, putAll } from '../support/buckets.ts'
import { controlOf, jobsOf, writeFewAtATime } from '../support/control.ts'
import { createApp, createImportJob, startEmulator, until, waitForJob } from '../support/helpers.ts'

/** An emulator of its own, and a page of the console. */
async function open(t: Test, path = '', env: Record<string, string> = {}) {
  const emulator = await startEmulator(t, { DATA_DIR: makeFolder(t), ...env })
  const watched = await openPage(t, (await browser)!, emulator.url)
  await watched.page.goto(`${emulator.url}/_pinpoint/console/${path}`)
  return { ...emulator, ...watched, control: controlOf(emulator.url) }
}

/** Drops files on the page, which says so as long as they are over it. */
const drop = (page: Page, files: Record<string, string>) =>
  dropFiles(page.locator('h1'), files, () => page.getByText('Drop to import').waitFor())

async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate(`(() => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', ${JSON.stringify(text)})
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  })()`)
}

const badge = (page: Page, status: string) => page.locator('.page-title').getByText(status, { exact: true })
const row = (page: Page, text: RegExp) => page.getByRole('row', { name: text })

const csv = 'Id,ChannelType,Address\nann,EMAIL,ann@example.com\nbob,SMS,+15555550100\n'

const browser = 'skip' in needsBrowser ? undefined : launchBrowser(t)

t.test(
  'first visit: six rows are imported, the bad one is read, mended and imported again',
  needsBrowser,
  async t => {
    const { page, trouble, control } = await open(t)
    await page.getByRole('button', { name: 'Try six rows' }).click()
    await badge(page, 'COMPLETED').waitFor()
    await page.getByRole('heading', { name: '1 record failed' }).waitFor()
    await row(page, /^6 six-rows\.csv Missing Address dan-email,EMAIL,,dan/).waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'failures.csv' }).click()
    t.match((await download).suggestedFilename(), /^failures-.+\.csv$/)

    await page.getByRole('button', { name: 'Mend the rows here' }).click()
    const rows = page.getByRole('textbox', { name: 'Rows' })
    await row(page, /^6 depends Missing Address/).waitFor()
    await rows.fill(
      (await rows.inputValue()).replace('dan-email,EMAIL,,', 'dan-email,EMAIL,dan@example.com,'),
    )
    await row(page, /^6 good dan-email EMAIL dan@example\.com/).waitFor()
    await page.getByRole('button', { name: 'Import 1 file' }).click()
    await badge(page, 'COMPLETED').waitFor()
    t.equal(await page.getByRole('heading', { name: /failed/ }).count(), 0)
    const { items } = (await control('GET', '/_pinpoint/apps')).body
    t.match(items, [{ name: 'demo', endpoints: { total: 6 }, importJobs: 2 }], 'updated, not doubled')
    t.strictSame(trouble, [])
  },
)

t.test('an import that is over before its page is there is said to be over', needsBrowser, async t => {
  const { page, trouble, client, control } = await open(t)
  const status = page.getByRole('status')
  const app = await createApp(client)
  await page.goto(new URL(`apps/${app}/import`, page.url()).href)
  // No event tells of it.
  await page.getByRole('button', { name: 'Live', exact: true }).click()
  await page.getByRole('button', { name: /^Paused/ }).waitFor()
  await page.route(/import-jobs/, async route => {
    await until(async () => {
      const { items } = (await control('GET', '/_pinpoint/jobs')).body
      return items.every(({ job }: { job: ImportJobResponse }) => job.JobStatus === 'COMPLETED') || undefined
    }, 'the end of the import')
    await route.continue()
  })
  await page.getByRole('button', { name: 'Try six rows' }).click()
  await status.getByText('Import COMPLETED: 6 records, 1 failed.', { exact: true }).waitFor()

  await page.getByRole('button', { name: 'Mend the rows here' }).click()
  const rows = page.getByRole('textbox', { name: 'Rows' })
  await rows.fill((await rows.inputValue()).replace('dan-email,EMAIL,,', 'dan-email,EMAIL,dan@example.com,'))
  await page.getByRole('button', { name: 'Import 1 file', exact: true }).click()
  await status.getByText('Import COMPLETED: 6 records.', { exact: true }).waitFor()

  await page.locator('.above').getByRole('link', { name: 'Jobs' }).click()
  await page.getByRole('link', { name: 'Import of six-rows.csv', exact: true }).last().waitFor()
  t.strictSame(trouble, [])
})

t.test('a file with a bad row is dropped, mended, and dropped again', needsBrowser, async t => {
  const { page, trouble, control } = await open(t)
  const importFile = async (text: string) => {
    await drop(page, { 'users.csv': text })
    await page.waitForURL('**/import')
    await page.getByRole('button', { name: 'Import 1 file', exact: true }).click()
    await page.waitForURL('**/import-jobs/*')
    await badge(page, 'COMPLETED').waitFor()
  }
  await page.getByRole('heading', { name: 'Import your first file' }).waitFor()
  await importFile(csv.replace('+15555550100', ''))
  await page.getByRole('heading', { name: '1 record failed' }).waitFor()
  await row(page, /^3 users\.csv Missing Address bob,SMS,$/).waitFor()
  await importFile(csv)
  t.equal(await page.getByRole('heading', { name: /failed/ }).count(), 0)
  const { items } = (await control('GET', '/_pinpoint/apps')).body
  t.match(items, [{ name: 'demo', endpoints: { total: 2 }, importJobs: 2 }])
  t.strictSame(trouble, [])
})

t.test('files that are dropped on any page are shown, and imported as one', needsBrowser, async t => {
  const { page, trouble, client, control } = await open(t, 'usage')
  const app = await createApp(client)
  await drop(page, { 'users.csv': csv, 'more.txt': 'Id,ChannelType,Address\neve,EMAIL,eve@example.com\n' })
  await page.waitForURL(`**/apps/${app}/import`)
  await row(page, /^2 good ann EMAIL ann@example\.com/).waitFor()
  await row(page, /^2 good eve EMAIL/).waitFor()
  await page.getByRole('textbox', { name: 'SegmentName' }).fill('dropped')
  await page.getByRole('button', { name: 'Import 2 files' }).click()
  await badge(page, 'COMPLETED').waitFor()
  await page.getByRole('link', { name: 'Segment dropped' }).waitFor()
  t.match((await control('GET', `/_pinpoint/apps/${app}`)).body, { endpoints: { total: 3 }, importJobs: 1 })
  t.strictSame(trouble, [])
})

t.test('with several applications, the reader says which', needsBrowser, async t => {
  const { page, client } = await open(t)
  await createApp(client, 'demo')
  const two = await createApp(client, 'two')
  await page.getByRole('link', { name: 'two' }).waitFor()
  await drop(page, { 'users.csv': csv })
  await page.getByRole('button', { name: 'Create the application “demo 2”' }).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'two 0 endpoints' }).click()
  await page.waitForURL(`**/apps/${two}/import`)
  await row(page, /^2 good ann/).waitFor()
})

t.test('files are chosen by keyboard, and text is pasted as CSV or JSON', needsBrowser, async t => {
  const { page, client, trouble } = await open(t)
  const app = await createApp(client)
  await page.goto(new URL(`apps/${app}/import`, page.url()).href)
  await chooseFiles(page, () => page.getByRole('button', { name: 'Choose files' }).press('Enter'), [
    { name: 'users.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) },
  ])
  await row(page, /^3 good bob SMS/).waitFor()
  await page.getByRole('button', { name: 'Take another file' }).click()

  await paste(page, csv)
  await page.getByRole('article', { name: 'pasted.csv' }).waitFor()
  await row(page, /^3 good bob SMS/).waitFor()
  await page.getByRole('button', { name: 'Import 1 file' }).click()
  await badge(page, 'COMPLETED').waitFor()
  await page.getByText('CSV', { exact: true }).waitFor()

  await paste(page, '[{"Id":"eve",\n"ChannelType":"EMAIL","Address":"eve@example.com"}]')
  await row(page, /^1 good eve EMAIL/).waitFor()
  await page.getByRole('button', { name: 'Import 1 file' }).click()
  await badge(page, 'COMPLETED').waitFor()
  await page.getByText('JSON', { exact: true }).waitFor()
  t.strictSame(trouble, [])
})

const ifFileIsToBlame = 'If the file is to blame or gone, mend it and drop it here again; else run it again.'

t.test('what cannot be imported says why, before and after', needsBrowser, async t => {
  const { page, client } = await open(t)
  const app = await createApp(client)
  await page.goto(new URL(`apps/${app}/import`, page.url()).href)
  for (const [name, text, says] of [
    ['letter.txt', 'Hello,\nhow are you?\n', /"Hello" is not a name that Pinpoint imports/],
    ['noise.bin', '\u0000\u0001\u0002', /neither CSV nor newline-delimited JSON/],
    ['empty.csv', '', /The file is empty/],
    ['excel.csv', 'Id;ChannelType;Address\na;EMAIL;b\n', /Semicolons|semicolons/],
  ] as const) {
    await drop(page, { [name]: text })
    await page.getByRole('article', { name }).getByRole('alert').filter({ hasText: says }).waitFor()
    // What has no format cannot be imported: nothing is promised of it.
    const button = page.getByRole('button', { name: /^Import 1 file/ })
    const isPossible = await button.isEnabled()
    t.equal(await button.textContent(), isPossible ? 'Import 1 file anyway' : 'Import 1 file', name)
    t.equal(isPossible, !['noise.bin', 'empty.csv'].includes(name), name)
  }
  await drop(page, { 'crm.csv': 'Id,ChannelType,Address,email,plan\na,EMAIL,a@example.com,b,c\n' })
  await page.getByText('2 columns cannot be used').waitFor()
  await page.getByText('Attributes.plan').waitFor()
  await page.getByRole('button', { name: 'Import 1 file anyway' }).click()
  await badge(page, 'FAILED').waitFor()
  await page.getByText('Nothing of it was kept').waitFor()
  await row(page, /the CSV header is not usable: "email"/).waitFor()
  await page.getByText(ifFileIsToBlame).waitFor()

  await drop(page, { 'a.csv': csv, 'b.json': '{"Id":"a","ChannelType":"EMAIL","Address":"b@example.com"}\n' })
  await page.getByText('files of both formats').waitFor()
  t.ok(await page.getByRole('button', { name: 'Import 2 files' }).isDisabled())
  await page.getByRole('button', { name: 'Remove b.json' }).click()
  await page.getByRole('button', { name: 'Import 1 file' }).click()
  await badge(page, 'COMPLETED').waitFor()
})

t.test('rows that were written under a header that is not usable can be mended', needsBrowser, async t => {
  const { page, client, trouble } = await open(t)
  const app = await createApp(client)
  await page.goto(new URL(`apps/${app}/import`, page.url()).href)
  await page.getByRole('button', { name: 'Write rows' }).click()
  const rows = page.getByRole('textbox', { name: 'Rows' })
  await rows.fill('Id,ChannelType,Address,Plan\nann,EMAIL,ann@example.com,free\n')
  await page.getByRole('button', { name: 'Import 1 file anyway' }).click()
  await badge(page, 'FAILED').waitFor()
  await row(page, /the CSV header is not usable: "Plan"/).waitFor()
  await page.getByRole('button', { name: 'Mend the rows here' }).click()
  await rows.fill((await rows.inputValue()).replace('Plan', 'Attributes.Plan'))
  await row(page, /^2 good ann EMAIL ann@example\.com/).waitFor()
  await page.getByRole('button', { name: 'Import 1 file', exact: true }).click()
  await badge(page, 'COMPLETED').waitFor()
  t.strictSame(trouble, [])
})

t.test(
  'rows of which nothing failed but their job are imported as they are, again',
  needsBrowser,
  async t => {
    const { page, client, control, trouble } = await open(t)
    const app = await createApp(client)
    const faults = { job: {}, failAt: 'PROCESSING', reason: 'the disk is full' }
    await control('POST', '/_pinpoint/faults', faults)
    await page.goto(new URL(`apps/${app}/import`, page.url()).href)
    await page.getByRole('button', { name: 'Write rows' }).click()
    await page.getByRole('textbox', { name: 'Rows' }).fill(csv)
    await page.getByRole('button', { name: 'Import 1 file', exact: true }).click()
    await badge(page, 'FAILED').waitFor()
    await row(page, /the disk is full/).waitFor()
    await page.getByText('If the rows are to blame or gone, mend them here; else run it again.').waitFor()
    await page.reload()
    await page.getByText(ifFileIsToBlame).waitFor()
    await control('DELETE', '/_pinpoint/faults')
    await page.getByRole('button', { name: 'Run it again' }).click()
    await badge(page, 'COMPLETED').waitFor()
    t.strictSame(trouble, [])
  },
)

t.test('a job whose upload a reset has removed asks for the file', needsBrowser, async t => {
  const { page, trouble } = await open(t)
  await page.getByRole('button', { name: 'Try six rows' }).click()
  await badge(page, 'COMPLETED').waitFor()
  const job = page.url()
  await page.getByRole('link', { name: 'State' }).click()
  await page.getByRole('button', { name: 'Reset', exact: true }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Reset' }).click()
  await page.getByRole('button', { name: 'Undo the reset' }).click()
  await page.getByText('The reset is undone').waitFor({ state: 'attached' })
  await page.goto(job)
  await page.getByRole('button', { name: 'Run it again' }).click()
  await badge(page, 'FAILED').waitFor()
  await row(page, /the bucket pinpoint-local-uploads has no objects/).waitFor()
  await page.getByText(ifFileIsToBlame).waitFor()
  t.strictSame(trouble, [])
})

/**
 * Lets a held job go on. The feed may tell of a state before the call that led to it is answered; until then,
 * the button takes no click.
 */
const advanceTo = (page: Page, state: string): Promise<void> =>
  page
    .getByRole('button', { name: `Advance to ${state}` })
    .and(page.locator('[aria-busy=false]'))
    .first()
    .click()

t.test('a held job is advanced from state to state', needsBrowser, async t => {
  const { page, control, trouble } = await open(t)
  await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  await page.getByRole('button', { name: 'Try six rows' }).click()
  const current = (status: string) =>
    page.getByRole('list', { name: 'States' }).locator('[aria-current=step]').filter({ hasText: status })
  await current('CREATED').waitFor()
  await advanceTo(page, 'the next state')
  for (const [status, next] of [
    ['PREPARING_FOR_INITIALIZATION', 'INITIALIZING'],
    ['INITIALIZING', 'PROCESSING'],
    ['PROCESSING', 'COMPLETING'],
    ['COMPLETING', 'COMPLETED'],
  ] as const) {
    await current(status).waitFor()
    await advanceTo(page, next)
  }
  await badge(page, 'COMPLETED').waitFor()
  const stops = page.getByRole('list', { name: 'States' }).getByRole('listitem')
  t.equal(await stops.count(), 9)
  await stops.filter({ hasText: 'not reached' }).nth(2).waitFor()
  t.equal(await stops.filter({ hasText: 'not reached' }).count(), 3, 'PENDING_JOB, FAILING and FAILED')
  t.strictSame(trouble, [])
})

t.test('a job that waits for another, and then fails, shows both', needsBrowser, async t => {
  const { page, client, url, trouble } = await open(t, 'jobs', { MAX_RUNNING_IMPORTS: '1' })
  const jobs = jobsOf(url)
  await jobs.control({ mode: 'manual' })
  const app = await createApp(client)
  const first = await createImportJob(client, app, { S3Url: 's3://none/first.csv' })
  await jobs.advance(first, 'PREPARING_FOR_INITIALIZATION')
  const { Id } = await createImportJob(client, app, { S3Url: 's3://none/second.csv' })
  await page.goto(`${url}/_pinpoint/console/apps/${app}/import-jobs/${Id}`)
  const stops = page.getByRole('list', { name: 'States' }).getByRole('listitem')
  const current = (status: string) =>
    page
      .locator('[aria-current=step]')
      .filter({ hasText: new RegExp(`^${status}\\d`) })
      .waitFor()
  await advanceTo(page, 'the next state')
  await current('PENDING_JOB')
  await jobs.advance(first, 'FAILED')
  await advanceTo(page, 'PREPARING_FOR_INITIALIZATION')
  await current('PREPARING_FOR_INITIALIZATION')
  await advanceTo(page, 'INITIALIZING')
  await current('FAILING')
  await advanceTo(page, 'FAILED')
  await current('FAILED')
  await page.getByRole('heading', { name: 'Why it failed' }).waitFor()
  await row(page, /second\.csv .*none/).waitFor()
  await page.getByText('Mend what is named here, such as a key, a bucket, the format or a header').waitFor()
  t.equal(await stops.filter({ hasNotText: 'not reached' }).count(), 5)
  t.strictSame(trouble, [])
})

t.test(
  'a job that waits for a slot names the job that has it, and what holds that',
  needsBrowser,
  async t => {
    const { page, client, url, control, trouble } = await open(t, 'jobs', { MAX_RUNNING_IMPORTS: '1' })
    const buckets = { S3Url: 's3://none/first.csv' }
    await control('PUT', '/_pinpoint/job-control', { mode: 'timed', delayMs: 600_000 })
    const app = await createApp(client)
    const first = await createImportJob(client, app, buckets)
    const rule = { job: { id: first.Id }, hangAt: 'PREPARING_FOR_INITIALIZATION' }
    const { body: fault } = await control('POST', '/_pinpoint/faults', rule)
    await control('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
    const second = await createImportJob(client, app, buckets)
    await page.goto(`${url}/_pinpoint/console/apps/${app}/import-jobs/${second.Id}`)
    const held = page.locator('.held')
    await held.getByText(`Import ${first.Id} is held, by the fault rule ${fault.id}`).waitFor()
    await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
    await held.getByText(`is held, as job control is manual, and by the fault rule ${fault.id}`).waitFor()
    await control('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
    await held.getByRole('link', { name: `Import ${first.Id}` }).click()
    await page.getByRole('button', { name: 'Remove the rule' }).click()
    await badge(page, 'FAILED').waitFor()
    t.strictSame(trouble, [])
  },
)

t.test('the bar of a job never goes back', needsBrowser, async t => {
  const buckets = makeBuckets(t)
  const lines = (count: number, at: string) =>
    Array.from({ length: count }, (_, n) => `${at}${n},SMS,+1555${n}`)
  const small = Object.fromEntries([...'abcdefghi'].map(name => [`all/${name}.csv`, lines(1, name)]))
  const files = { ...small, 'all/z.csv': lines(30_000, 'z') }
  await putAll(
    buckets,
    'data',
    Object.fromEntries(
      Object.entries(files).map(([name, rows]) => [name, `Id,ChannelType,Address\n${rows.join('\n')}\n`]),
    ),
  )
  const { client, url } = await startEmulator(t, buckets.env)
  await writeFewAtATime(url)
  const app = await createApp(client)
  const job = await createImportJob(client, app, { S3Url: 's3://data/all/' })
  // Most pieces are over, and few of the bytes are read.
  await waitForJob(client, job, ({ CompletedPieces = 0 }) => CompletedPieces >= 9)
  const { page, trouble } = await openPage(t, (await browser)!, url)
  await page.addInitScript(`
    window.values = []
    new MutationObserver(() => {
      const bar = document.querySelector('progress')
      if (bar?.hasAttribute('value')) values.push(bar.value)
    }).observe(document, { subtree: true, childList: true, attributes: true })
  `)
  await page.goto(`${url}/_pinpoint/console/apps/${app}/import-jobs/${job.Id}`)
  await badge(page, 'COMPLETED').waitFor()
  const values = await page.evaluate<number[]>('values')
  t.ok(values.length > 0)
  t.strictSame(
    values,
    values.toSorted((one, other) => one - other),
  )
  t.strictSame(trouble, [])
})

t.test('a job is held from its page, and goes on when its rule is removed', needsBrowser, async t => {
  const { page, control, trouble } = await open(t)
  await control('PUT', '/_pinpoint/job-control', { mode: 'manual' })
  await page.getByRole('button', { name: 'Try six rows' }).click()
  await page.getByRole('button', { name: 'Advance to the next state' }).waitFor()
  await control('PUT', '/_pinpoint/job-control', { mode: 'timed', delayMs: 600_000 })
  await page.getByRole('button', { name: 'Hold it at the end of PROCESSING' }).click()
  await page.getByText('Will be held at the end of PROCESSING').waitFor()
  t.equal(await page.getByRole('button', { name: 'Hold it' }).count(), 0, 'no second rule')
  await control('PUT', '/_pinpoint/job-control', { mode: 'immediate' })
  await page.getByText('Held in PROCESSING, by the fault rule').waitFor()
  t.notMatch(await page.locator('main .progress').textContent(), /about|\/s/, 'it goes at no speed')
  await page.getByRole('button', { name: 'Remove the rule' }).click()
  await badge(page, 'COMPLETED').waitFor()
  t.strictSame((await control('GET', '/_pinpoint/faults')).body, { items: [] })
  t.strictSame(trouble, [])
})

t.test('a job that a reset removes while it is watched is gone, and says so', needsBrowser, async t => {
  const { page, control, trouble, expectTrouble } = await open(t)
  await page.getByRole('button', { name: 'Try six rows' }).click()
  await badge(page, 'COMPLETED').waitFor()
  await control('POST', '/_pinpoint/reset')
  await page.getByText('This job is gone').waitFor()
  expectTrouble(/^404: GET .*\/(import-jobs|v1\/apps)\//)
  t.strictSame(trouble, [])
})

t.test('a job is copied for the AWS CLI, whatever its names, and run again', needsBrowser, async t => {
  const { page, context, url, client } = await open(t)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const app = await createApp(client)
  await page.goto(`${url}/_pinpoint/console/apps/${app}/import`)
  await drop(page, { 'users.csv': csv })
  await page.getByRole('textbox', { name: 'SegmentName' }).fill("Ann's $HOME; `ls`")
  await page.getByRole('button', { name: 'Import 1 file' }).click()
  await badge(page, 'COMPLETED').waitFor()
  await page.getByRole('button', { name: 'Copy as AWS CLI' }).click()
  await page.locator('[role=status]').filter({ hasText: 'Copied.' }).waitFor({ state: 'attached' })
  const line = await page.evaluate<string>('navigator.clipboard.readText()')
  const { stdout } = await promisify(execFile)('sh', ['-c', `aws() { printf '%s\\0' "$@"; }; ${line}`])
  const words = stdout.split('\0')
  t.strictSame(words.slice(0, 2), ['pinpoint', 'create-import-job'])
  const after = (option: string) => words[words.indexOf(option) + 1]
  t.strictSame([after('--endpoint-url'), after('--application-id')], [url, app])
  const definition = JSON.parse(after('--import-job-request')!)
  t.match(definition, { Format: 'CSV', SegmentName: "Ann's $HOME; `ls`", SegmentId: undefined })

  const before = page.url()
  await page.getByRole('button', { name: 'Run it again' }).click()
  await page.waitForURL(url => url.href !== before)
  await badge(page, 'COMPLETED').waitFor()
})

t.test('an upload is followed on any page, and leads to its job', needsBrowser, async t => {
  const { page, client, trouble } = await open(t)
  const app = await createApp(client)
  let send = () => {}
  const mayBeSent = new Promise<void>(resolve => {
    send = resolve
  })
  await page.route('**/_pinpoint/uploads/**', route => mayBeSent.then(() => route.continue()))
  await page.goto(new URL(`apps/${app}/import`, page.url()).href)
  await drop(page, { 'users.csv': csv })
  await page.getByRole('button', { name: 'Import 1 file' }).click()
  await page.getByRole('heading', { name: 'Uploading 1 file' }).waitFor()
  await page.getByRole('link', { name: 'Outbox' }).click()
  await page.getByRole('link', { name: /^Uploading \d+ %$/ }).waitFor()
  send()
  await page.getByRole('link', { name: 'Uploaded (see the job)' }).click()
  await badge(page, 'COMPLETED').waitFor()
  t.equal(await page.getByRole('link', { name: 'Uploaded' }).count(), 0)
  t.strictSame(trouble, [])
})

t.test(
  'an upload to an emulator that has gone says what to do, and nothing is lost',
  needsBrowser,
  async t => {
    const { page, close, client } = await open(t)
    const app = await createApp(client)
    await page.goto(new URL(`apps/${app}/import`, page.url()).href)
    await drop(page, { 'users.csv': csv })
    await row(page, /^2 good ann/).waitFor()
    client.destroy()
    await close()
    await page.getByRole('button', { name: 'Import 1 file' }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'The upload broke off' })
    await alert.filter({ hasText: 'Start it again' }).waitFor()
    await row(page, /^2 good ann/).waitFor()
  },
)

t.test('jobs are listed, filtered, and exported into', needsBrowser, async t => {
  const { page, client, url } = await open(t, 'jobs')
  await page.getByText('No job yet').waitFor()
  const app = await createApp(client, 'shop')
  await page.goto(`${url}/_pinpoint/console/apps/${app}/import`)
  await page.getByRole('button', { name: 'Try six rows' }).click()
  await badge(page, 'COMPLETED').waitFor()
  await page
    .getByRole('navigation', { name: 'Pages above this one' })
    .getByRole('link', { name: 'Jobs' })
    .click()
  await row(page, /^Import .*six-rows\.csv 6 1 COMPLETED/).waitFor()
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('textbox', { name: 'S3UrlPrefix' }).fill('s3://nowhere/out')
  await page.getByRole('button', { name: 'Export endpoints' }).click()
  await badge(page, 'FAILED').waitFor()
  await page.goto(`${url}/_pinpoint/console/jobs?status=FAILED`)
  await row(page, /^Export to .* shop .*s3:\/\/nowhere\/out/).waitFor()
  t.equal(await row(page, /^Import/).count(), 0)
  await page.getByLabel('Type').selectOption('IMPORT')
  await page.locator('main').getByText('No job is like this').waitFor()
  await page.getByLabel('Status').selectOption('')
  await row(page, /^Import of .* shop/).waitFor()
})
