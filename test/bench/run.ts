import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createBench } from './bench.ts'
import { benchCalls } from './calls.ts'
import { benchExports } from './exports.ts'
import { type Filled, fill } from './filled.ts'
import { benchImports } from './imports.ts'
import { benchSegments } from './segments.ts'
import { benchStarts } from './starts.ts'

/**
 * Measures what users feel, each figure beside a yardstick of the same run: on a noisy machine only the ratio says
 * something.
 *
 *     npm run bench [-- --endpoints 1000000] [-- --only segments]
 */
const { values } = parseArgs({
  options: { endpoints: { type: 'string', default: '1000000' }, only: { type: 'string' } },
})

/** Groups of rows that need nothing, and those that need an application with the data set. */
const alone = { starts: benchStarts, imports: benchImports }
const onFilled: Record<string, (filled: Filled) => Promise<void>> = {
  // Filling it says by itself what an import costs callers.
  updates: async () => {},
  calls: benchCalls,
  segments: benchSegments,
  exports: benchExports,
}
const names = [...Object.keys(alone), ...Object.keys(onFilled)]
const { only } = values
if (only !== undefined && !names.includes(only)) {
  throw new Error(`--only must be one of ${names.join(', ')}; got ${only}`)
}
const isWanted = ([name]: [string, unknown]) => only === undefined || name === only

const bench = createBench(Number(values.endpoints))
try {
  for (const [, run] of Object.entries(alone).filter(isWanted)) await run(bench)
  const wanted = Object.entries(onFilled).filter(isWanted)
  if (wanted.length > 0) {
    const filled = await fill(bench)
    for (const [, run] of wanted) await run(filled)
    await filled.server.stop()
  }
} finally {
  rmSync(bench.folder, { recursive: true, force: true })
}
