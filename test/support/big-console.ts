import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { launchBrowser, openPage } from './browser.ts'
import { makeBuckets, makeFolder } from './buckets.ts'
import { fillOutbox } from './fill-outbox.ts'
import { createApp, runImport, startEmulator } from './helpers.ts'

/** How much a console is given to show. */
export interface Sizes {
  messages: number
  /** Rows of an import: each tenth fails, the others are endpoints. */
  rows: number
  /** Bytes of a piece of the import. A row has about 40. */
  pieceBytes: number
}

/** Elements that a page may have, whatever the size of its list: some hundreds of rows. */
const maxElements = 6000

/** Bytes that the heap may grow by while a reader pages on: the latest answers are kept. */
const maxGrowth = 12 * 1024 * 1024

/** The bytes of a page's JavaScript heap that are in use, after a collection. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

/**
 * Opens lists of many rows, and a job of many pieces and failures, in a real browser: no page may
 * hold more than some hundreds of rows, nor more and more of them while a reader pages on.
 */
export async function testBigConsole(t: Test, { messages, rows, pieceBytes }: Sizes): Promise<void> {
  const dataDir = makeFolder(t)
  await fillOutbox(dataDir, messages, index => ({
    address: `+1555${1_000_000 + index}`,
    body: `Hi ${index}`,
  }))
  const buckets = makeBuckets(t)
  const row = (index: number) =>
    index % 10 === 9 ? `e${index},PIGEON,roof ${index}` : `e${index},EMAIL,e${index}@example.com`
  const lines = Array.from({ length: rows }, (_, index) => row(index))
  await buckets.put('big', 'users.csv', `Id,ChannelType,Address\n${lines.join('\n')}\n`)
  const settings = { OUTBOX_LIMIT: String(messages), PIECE_BYTES: String(pieceBytes) }
  const { url, client } = await startEmulator(t, { DATA_DIR: dataDir, ...buckets.env, ...settings })
  const app = await createApp(client, 'many')
  const job = await runImport(client, app, { S3Url: 's3://big/users.csv' })
  t.equal(job.JobStatus, 'COMPLETED')
  t.match(job, { TotalProcessed: rows, TotalFailures: Math.floor(rows / 10) })
  t.comment(`${job.TotalPieces} pieces`)

  const browser = await launchBrowser(t)
  const { page, trouble } = await openPage(t, browser, url)
  const open = async (path: string, firstRow: RegExp) => {
    await page.goto(`${url}/_pinpoint/console/${path}`)
    await page.locator('main [data-row]').filter({ hasText: firstRow }).first().waitFor()
    const elements = await page.evaluate<number>(`document.querySelectorAll('*').length`)
    t.ok(elements <= maxElements, `${path}: ${elements} elements`)
  }
  /** Goes on by so many pages. */
  const goOn = async (pages: number) => {
    for (let count = 0; count < pages; count++) {
      const first = page.locator('main [data-row] th').first()
      const before = (await first.textContent())!
      await page.getByRole('link', { name: 'Next page' }).click()
      await first.filter({ hasNotText: before }).waitFor()
    }
  }

  await open('', /many/)
  await open('outbox', new RegExp(`Hi ${messages - 1}`))
  await goOn(5)
  const before = await heapOf(page)
  await goOn(25)
  const growth = (await heapOf(page)) - before
  t.ok(growth < maxGrowth, `the heap has grown by ${growth} bytes`)
  // The first rows of a page are drawn before the others.
  await page.locator('main [data-row]').nth(49).waitFor()
  t.equal(await page.locator('main [data-row]').count(), 50)

  await open(`apps/${app}`, /COMPLETED|Hi|IMPORT|Import/)
  await open(`apps/${app}/endpoints`, /e\d+/)
  await goOn(5)
  await open(`apps/${app}/import-jobs/${job.Id}`, /roof/)
  await page.getByRole('link', { name: 'Next page' }).click()
  await page.getByRole('link', { name: 'First page' }).waitFor()
  await open('jobs', /COMPLETED/)
  t.strictSame(trouble, [])
}
