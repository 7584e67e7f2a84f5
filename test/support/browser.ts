import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page, Request } from 'playwright-core'
import type { Test } from 'tap'

export { launchBrowser, needsBrowser } from './chromium.ts'

/** A page of a browser, and whatever went wrong on it so far. */
export interface WatchedPage {
  page: Page
  context: BrowserContext
  /**
   * A line for each error in the console, uncaught exception, refusal by a Content Security Policy,
   * request that failed or was answered with 400 or more, and request to another host. What a test
   * provokes, it takes out by `expectTrouble`.
   */
  trouble: string[]
  /**
   * Takes lines out of `trouble` that a test has provoked.
   *
   * @throws Error if there is no such line
   */
  expectTrouble(pattern: RegExp): void
}

/**
 * Opens an empty page in a browser profile of its own, which is closed at the end of the test. The
 * same holds for all pages that it opens in turn.
 *
 * @param origin where requests may go: the URL of the emulator
 * @param options of the profile, such as `colorScheme`, `viewport`, `locale`, `timezoneId`
 */
export async function openPage(
  t: Test,
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  t.teardown(() => context.close())
  const trouble = watch(context, new URL(origin).origin)
  const expectTrouble = (pattern: RegExp) => {
    const others = trouble.filter(line => !pattern.test(line))
    if (others.length === trouble.length) {
      throw new Error(`nothing went wrong as ${pattern} says, but: ${trouble.join('\n') || 'nothing did'}`)
    }
    trouble.splice(0, trouble.length, ...others)
  }
  return { page: await context.newPage(), context, trouble, expectTrouble }
}

/** The text that describes an element, as screen readers say it. */
export const describedBy = (of: Locator): Promise<string> =>
  of.evaluate(element =>
    element.ariaDescribedByElements.map(({ textContent }: { textContent: string }) => textContent).join(' '),
  )

/**
 * Answers the system's dialog for files that a step opens.
 *
 * @param opens what opens it
 */
export async function chooseFiles(
  page: Page,
  opens: () => Promise<void>,
  files: { name: string; mimeType: string; buffer: Buffer }[],
): Promise<void> {
  const open = async () => {
    // A key could arrive in the page before it knows that somebody waits; nobody would see the dialog.
    await page.evaluate('0')
    await opens()
  }
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), open()])
  await chooser.setFiles(files)
}

/**
 * Drops files on an element, as a hand would: first they are over it.
 *
 * @param files their contents, by their names
 * @param whileOver runs before they are let go
 */
export async function dropFiles(
  on: Locator,
  files: Record<string, string | Buffer>,
  whileOver: () => Promise<void> = async () => {},
): Promise<void> {
  const encoded = Object.entries(files).map(([name, content]) => [
    name,
    (typeof content === 'string' ? Buffer.from(content) : content).toString('base64'),
  ])
  const dataTransfer = await on.page().evaluateHandle(`(() => {
    const data = new DataTransfer()
    for (const [name, content] of ${JSON.stringify(encoded)}) {
      data.items.add(new File([Uint8Array.from(atob(content), byte => byte.charCodeAt(0))], name))
    }
    return data
  })()`)
  await on.dispatchEvent('dragover', { dataTransfer })
  await whileOver()
  await on.dispatchEvent('drop', { dataTransfer })
}

/** The HTML of an e-mail, whose own policy is there to refuse what anybody may have put into it. */
const isMail = (url: string): boolean => /\/_pinpoint\/(messages\/\d+|render)\/html/.test(url)

/** What Playwright says of a request that a Content Security Policy has refused. It is never sent. */
const refused = 'csp'

function watch(context: BrowserContext, origin: string): string[] {
  const trouble: string[] = []
  const named = (request: Request) => `${request.method()} ${request.url()}`
  const reportIfForeign = (request: Request) => {
    const url = new URL(request.url())
    if (/^(http|ws)s?:$/.test(url.protocol) && url.origin !== origin) {
      trouble.push(`another host: ${named(request)}`)
    }
  }
  context.on('console', message => {
    const { url } = message.location()
    // Requests that fail are reported as such.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return
    if (!isMail(url)) trouble.push(`console: ${message.text()} (${url})`)
  })
  context.on('weberror', error => trouble.push(`exception: ${error.error().stack}`))
  context.on('page', page => page.on('crash', () => trouble.push(`crash: ${page.url()}`)))
  context.on('response', response => {
    if (response.status() >= 400) trouble.push(`${response.status()}: ${named(response.request())}`)
  })
  context.on('requestfinished', reportIfForeign)
  context.on('requestfailed', request => {
    const reason = request.failure()?.errorText
    // The console has the refusals of the page itself.
    if (reason === refused) return
    reportIfForeign(request)
    // Pages abort requests, by navigation or because they do not need the answer any more.
    if (reason !== 'net::ERR_ABORTED') trouble.push(`failed: ${named(request)}: ${reason}`)
  })
  return trouble
}
