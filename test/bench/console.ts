import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { startBrowser } from '../support/chromium.ts'
import { fillOutbox } from '../support/fill-outbox.ts'
import type { Bench, Build } from './bench.ts'
import { call, createApp, createImportJob, waitForJob } from './client.ts'
import type { Filled } from './filled.ts'
import { describeMessage } from './messages.ts'
import { makeFolder, type Server, startEmulator, startServer } from './servers.ts'
import { beginTable, milliseconds, seconds, type TableRow } from './table.ts'
import { measureInTurns, median } from './turns.ts'
import { writeCsv } from './write-files.ts'

type AddRow = (row: TableRow) => void

/** Messages of the outbox, and rows of the import that is watched, whatever the rows of the data set. */
const many = 100_000
/** How often a page is opened. */
const visits = 9
/** Pages of a list that are gone through. */
const pagesTurned = 50
/** Imports with an open console, and as many with none. */
const imports = 5
const starts = 15
/** Milliseconds between the opening of a page and the import that it shows. */
const settling = 1500

const kilobytes = (figure: number): string => `${(figure / 1000).toFixed(1)} kB`
const megabytes = (figure: number): string => `${(figure / 1e6).toFixed(1)} MB`

/** The web console in a Chromium: what it weighs, how long its readers wait, what it costs others. */
export async function benchConsole(bench: Bench, filled: Filled[]): Promise<void> {
  const addRow = beginTable(bench, 'The web console')
  const browser = await startBrowser()
  try {
    benchPackage(bench, addRow)
    await benchFirstLoad(filled, browser, addRow)
    await benchLists(bench, filled, browser, addRow)
    await benchWatchedImport(bench, browser, addRow)
  } finally {
    await browser.close()
  }
  await benchStartsWithout(bench, addRow)
}

/** What the console adds to the package. */
function benchPackage(bench: Bench, addRow: AddRow): void {
  const measured = bench.builds.map(({ main }) => {
    const root = dirname(dirname(main))
    const folder = makeFolder(bench, 'package')
    for (const name of ['dist', 'docs', 'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE']) {
      cpSync(join(root, name), join(folder, name), { recursive: true })
    }
    const packedSize = () => {
      const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder })
      return JSON.parse(output.toString())[0].size as number
    }
    const size = packedSize()
    rmSync(join(folder, 'dist', 'console'), { recursive: true })
    return { size, added: size - packedSize() }
  })
  addRow({ what: 'the package', measured: measured.map(({ size }) => ({ figure: size })), unit: kilobytes })
  addRow({
    what: 'of it, the console',
    measured: measured.map(({ added }) => ({ figure: added })),
    unit: kilobytes,
    goal: { of: 'figure', atMost: 150_000 },
  })
}

/** The start page, by a browser that has nothing of it. */
async function benchFirstLoad(filled: Filled[], browser: Browser, addRow: AddRow): Promise<void> {
  const loads = []
  for (const { server } of filled) {
    const times: number[] = []
    let bytes = 0
    for (let visit = 0; visit < visits; visit++) {
      const page = await openPage(browser, server, '')
      times.push(await page.evaluate<number>('bench.firstRow()'))
      // What is below the first table is loaded after it.
      await page.getByRole('region', { name: 'Failed calls' }).waitFor()
      bytes = await page.evaluate<number>('bench.bytesLoaded()')
      await page.context().close()
    }
    loads.push({ time: median(times), bytes })
  }
  addRow({
    what: 'loaded until the first page is there, as gzip',
    measured: loads.map(({ bytes }) => ({ figure: bytes })),
    unit: kilobytes,
    goal: { of: 'figure', atMost: 45_000 },
  })
  addRow({
    what: 'its first row, with an empty cache',
    measured: loads.map(({ time }) => ({ figure: time })),
    unit: milliseconds,
    goal: { of: 'figure', atMost: 500 },
  })
}

/** Lists of many rows: opening one, and going through its pages. */
async function benchLists(bench: Bench, filled: Filled[], browser: Browser, addRow: AddRow): Promise<void> {
  const goal = { of: 'figure', atMost: 100 } as const
  const endpoints = []
  for (const { server, app } of filled) {
    const overview = app.slice('/v1/'.length)
    endpoints.push(await measureList(browser, server, overview, `${overview}/endpoints`))
  }
  const messages = []
  for (const build of bench.builds) {
    const dataDir = makeFolder(bench, 'outbox')
    await fillOutbox(dataDir, many, describeMessage)
    const env = { DATA_DIR: dataDir, OUTBOX_LIMIT: String(many) }
    const server = await startServer(bench, [build.main], { env })
    messages.push(await measureList(browser, server, '', 'outbox'))
    await server.stop()
  }
  for (const [what, lists] of [
    [`${bench.rows.toLocaleString('en')} endpoints`, endpoints],
    [`${many.toLocaleString('en')} messages`, messages],
  ] as const) {
    addRow({
      what: `${what}: from the click to the first rows`,
      measured: lists.map(({ opened }) => ({ figure: opened })),
      unit: milliseconds,
      goal,
    })
    addRow({
      what: `${what}: the next page`,
      measured: lists.map(({ turned }) => ({ figure: turned })),
      unit: milliseconds,
      goal,
    })
    addRow({
      what: `${what}: the longest frame in ${pagesTurned} pages`,
      measured: lists.map(({ longestFrame }) => ({ figure: longestFrame })),
      unit: milliseconds,
      goal: { of: 'figure', atMost: 50 },
    })
    addRow({
      what: `${what}: heap after them`,
      measured: lists.map(({ heap }) => ({ figure: heap })),
      unit: megabytes,
      goal: { of: 'figure', atMost: 60_000_000 },
    })
  }
}

/**
 * @param from the address of a page with a link to the list
 * @param list the address of the list
 */
async function measureList(browser: Browser, server: Server, from: string, list: string) {
  const page = await openPage(browser, server, from)
  const opened: number[] = []
  for (let visit = 0; visit < visits; visit++) {
    // A page that is loaded anew remembers no answers.
    await page.goto(consoleUrl(server, from))
    await page.locator(`a[href="${list}"]`).first().waitFor()
    opened.push(await page.evaluate<number>(`bench.open(${JSON.stringify(list)})`))
  }
  const { times, longestFrame } = await page.evaluate<{ times: number[]; longestFrame: number }>(
    `bench.turnPages(${pagesTurned})`,
  )
  await page.requestGC()
  const session = await page.context().newCDPSession(page)
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await page.context().close()
  return { opened: median(opened), turned: median(times), longestFrame, heap: usedSize }
}

/** An import whose page is open in a browser, beside one that nobody watches. */
async function benchWatchedImport(bench: Bench, browser: Browser, addRow: AddRow): Promise<void> {
  await writeCsv(join(bench.bucket, 'watched.csv'), many)
  const results = []
  for (const build of bench.builds) {
    const { yardstick, figures } = await measureInTurns(
      [build],
      imports,
      () => importOnce(bench, build),
      () => importOnce(bench, build, browser),
    )
    const best = (of: 'time' | 'processor', all: typeof yardstick) => Math.min(...all.map(each => each[of]))
    results.push({ watched: figures[0]!, alone: yardstick, best })
  }
  for (const [what, of] of [
    [`an import of ${many.toLocaleString('en')} rows, watched`, 'time'],
    ["the emulator's processor time for it", 'processor'],
  ] as const) {
    addRow({
      what,
      measured: results.map(({ watched, alone, best }) => ({
        figure: best(of, watched),
        yardstick: best(of, alone),
      })),
      of: 'not watched',
      unit: seconds,
      goal: { of: 'ratio', atMost: 1.03 },
    })
  }
}

/**
 * Imports into a new emulator. The job is held until the browser shows its page.
 *
 * @returns seconds from when it is let go, and those of the emulator's processor time
 */
async function importOnce(bench: Bench, build: Build, browser?: Browser) {
  const dataDir = makeFolder(bench, 'watched')
  const server = await startEmulator(bench, build, dataDir)
  const app = await createApp(server)
  await call('PUT', `${server.url}/_pinpoint/job-control`, { mode: 'manual' })
  const job = await createImportJob(server, app, 'watched.csv')
  const page =
    browser &&
    (await openPage(browser, server, `${app}/import-jobs/${job.split('/').at(-1)}`.slice('/v1/'.length)))
  await page?.getByText('CREATED').first().waitFor()
  // Until the browser has loaded and drawn what it needs later, too.
  await setTimeout(settling)
  const processor = server.processorSeconds()
  const begun = Date.now()
  await call('PUT', `${server.url}/_pinpoint/job-control`, { mode: 'immediate' })
  const { seconds } = await waitForJob(server, job, begun)
  const result = { time: seconds, processor: server.processorSeconds() - processor }
  await page?.getByText('COMPLETED').first().waitFor()
  await page?.context().close()
  await server.stop()
  rmSync(dataDir, { recursive: true })
  return result
}

/** Starts, in turns with starts that serve no console. */
async function benchStartsWithout(bench: Bench, addRow: AddRow): Promise<void> {
  const timeStart = async ({ main }: Build, env: Record<string, string>) => {
    const server = await startServer(bench, [main], { env })
    await server.stop()
    return server.startMs
  }
  const { yardstick, figures } = await measureInTurns(
    bench.builds,
    starts,
    () => timeStart(bench.builds[0]!, { CONSOLE: 'off' }),
    build => timeStart(build, {}),
  )
  addRow({
    what: 'the start of the emulator',
    measured: figures.map(times => ({ figure: median(times), yardstick: median(yardstick) })),
    of: 'with CONSOLE=off',
    unit: milliseconds,
    goal: { of: 'ratio', atMost: 1.03 },
  })
}

const consoleUrl = ({ url }: Server, path: string): string => `${url}/_pinpoint/console/${path}`

/** Opens a page of the console, with what measures in it, in a browser profile of its own. */
async function openPage(browser: Browser, server: Server, path: string): Promise<Page> {
  const context = await browser.newContext({ extraHTTPHeaders: { 'accept-encoding': 'gzip' } })
  await context.addInitScript({ path: fileURLToPath(new URL('in-page.js', import.meta.url)) })
  const page = await context.newPage()
  await page.goto(consoleUrl(server, path))
  return page
}
