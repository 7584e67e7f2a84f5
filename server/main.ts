#!/usr/bin/env node
import * as module from 'node:module'
import { join } from 'node:path'
import { checkNode } from './process/check-node.ts'
import { StartError } from './process/start-error.ts'

/** The process. What a command needs is loaded by it alone: `serve` is to be ready soon. */
try {
  checkNode()
  keepCompiledCode()
  const [command, ...rest] = process.argv.slice(2)
  if (command === 'import') {
    ignoreAbsentReaders()
    const { runImport } = await import('./cli/import.ts')
    process.exitCode = await runImport(process.env, rest)
  } else if (command === 'render') {
    ignoreAbsentReaders()
    const { runRender } = await import('./cli/render.ts')
    process.exitCode = await runRender(process.env, rest)
  } else {
    const { serve } = await import('./cli/serve.ts')
    await serve(process.env, process.argv.slice(2))
  }
} catch (error) {
  process.stderr.write(`${error instanceof StartError ? error.message : (error as Error).stack}\n`)
  process.exitCode = 1
}

/**
 * Lets a command end with its own status where nobody reads what it writes any more: `head` has seen enough,
 * or the terminal is closed.
 */
function ignoreAbsentReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && !stream.isTTY) throw error
    })
  }
}

/**
 * Has Node keep what it compiles, a tenth of a start, for the next one: beside the build, where nobody else
 * can write. Threads find it by the variable.
 */
function keepCompiledCode(): void {
  if (import.meta.url.endsWith('.ts')) return
  process.env.NODE_COMPILE_CACHE ||= join(import.meta.dirname, 'compiled')
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
}
