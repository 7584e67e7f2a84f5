import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { Test } from 'tap'

const { CHROMIUM_PATH, CI, PATH = '', ProgramFiles = 'C:\\Program Files' } = process.env

/** The first has no window at all, and takes a third less time. */
const commands = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]

/** Where Chromium and Chrome are usually installed. */
const usualPaths = [
  ...PATH.split(delimiter).flatMap(folder => commands.map(command => join(folder, command))),
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  join(ProgramFiles, 'Google/Chrome/Application/chrome.exe'),
]

const executablePath = CHROMIUM_PATH || usualPaths.find(path => existsSync(path))

const missing =
  'no Chromium was found: install it (Debian: apt-get install chromium) or Chrome, or name its executable in CHROMIUM_PATH'

/**
 * Options of a test that needs a browser: it is skipped where there is none. In CI it fails instead,
 * as nobody would notice.
 */
export const needsBrowser = executablePath === undefined && !CI ? { skip: missing } : {}

let running: Promise<Browser> | undefined

/**
 * A headless Chromium. The tests of a file share it, as each start takes seconds; it is closed at the
 * end of the file. Profiles are those that a test opens in it.
 *
 * @throws Error where there is no browser, or it does not start
 */
export function launchBrowser(t: Test): Promise<Browser> {
  if (running === undefined) {
    running = startBrowser()
    let root: { parent?: object; teardown: Test['teardown'] } = t
    while (root.parent !== undefined) root = root.parent as typeof root
    root.teardown(async () => (await running)?.close())
  }
  return running
}

/**
 * As `launchBrowser`, for what is no test and closes it itself.
 *
 * Names that end in `.example` lead to this machine, so that a test can serve pages from other
 * sites; no other name is looked up. Chromium's own guard of local networks is off: a test of who
 * may call an emulator must not pass because the browser did not let the call out.
 */
export async function startBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(missing)
  const { chromium } = await import('playwright-core')
  return chromium.launch({
    executablePath,
    args: [
      '--host-resolver-rules=MAP *.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
      '--disable-features=LocalNetworkAccessChecks',
      // Without these, it calls its maker at every start.
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      '--disable-quic',
    ],
  })
}
