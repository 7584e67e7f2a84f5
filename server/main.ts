#!/usr/bin/env node
import { StartError } from './start-error.ts'

/** The process. What its command needs is loaded by that alone. */
try {
  const { serve } = await import('./serve.ts')
  await serve(process.env, process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof StartError ? error.message : (error as Error).stack}\n`)
  process.exitCode = 1
}
