#!/usr/bin/env node
import closeWithGrace from 'close-with-grace'
import { loadConfig } from './config.ts'
import { createLog } from './log.ts'
import { start } from './start.ts'
import { StartError } from './start-error.ts'

/** The process: environment and flags → settings → emulator, until a signal ends it. */
const stopping = new AbortController()
try {
  const config = loadConfig(process.env, process.argv.slice(2))
  const log = await createLog(config)
  const starting = start(config, log, stopping.signal)
  // Before it is ready, too: as the first process of a container, node ignores a signal that nobody listens for.
  const handlers = closeWithGrace({ delay: 5000, logger: log }, async ({ err }) => {
    if (err) log.fatal({ err }, 'unexpected error, stopping')
    stopping.abort()
    const running = await starting.catch(() => undefined)
    await running?.close()
  })
  starting.catch(handlers.uninstall)
  const { url } = await starting
  log.info(`pinpoint-local ready on ${url}`)
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(`${error instanceof StartError ? error.message : (error as Error).stack}\n`)
    process.exitCode = 1
  }
}
