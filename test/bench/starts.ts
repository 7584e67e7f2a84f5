import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench, Build } from './bench.ts'
import { makeFolder, startBareFastify, startServer } from './servers.ts'
import { beginTable, milliseconds } from './table.ts'
import { measureInTurns, median } from './turns.ts'

const rounds = 9

/**
 * A way to start the emulator, in a folder that is its working folder and may hold a data folder of an
 * earlier start.
 */
interface Start {
  what: string
  args?: string[]
  env?: (folder: string) => Record<string, string>
  /** Whether it has a goal; who gives flags waits for what parses them as well. */
  isJudged: boolean
}

const starts: Start[] = [
  { what: 'node dist/main.js', isJudged: true },
  {
    what: "the container's command",
    // The image's ENV; its folders are /data and /s3.
    env: folder => ({
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      DATA_DIR: join(folder, 'data'),
      S3_DIR: join(folder, 's3'),
    }),
    isJudged: true,
  },
  {
    what: 'node dist/main.js with flags',
    args: ['--host', '127.0.0.1', '--region', 'eu-west-1'],
    isJudged: false,
  },
]

/**
 * From the start of the process until it first answers that it is healthy, in turns with a bare Fastify that
 * listens.
 */
export async function benchStarts(bench: Bench): Promise<void> {
  const addRow = beginTable(bench, 'Starts')
  for (const start of starts) {
    for (const hasData of [false, true]) {
      const kept = bench.builds.map(() => makeStartFolder(bench))
      const { yardstick, figures } = await measureInTurns(
        bench.builds,
        rounds,
        () => timeBareFastify(bench),
        build =>
          timeStart(
            bench,
            build,
            start,
            hasData ? kept[bench.builds.indexOf(build)]! : makeStartFolder(bench),
          ),
      )
      addRow({
        what: `${start.what}, ${hasData ? 'data folder of before' : 'new data folder'}`,
        measured: figures.map(times => ({ figure: median(times), yardstick: median(yardstick) })),
        of: 'bare Fastify',
        unit: milliseconds,
        ...(start.isJudged && { goal: { of: 'ratio', atMost: 1.5 } }),
      })
    }
  }
}

async function timeBareFastify(bench: Bench): Promise<number> {
  const server = await startBareFastify(bench)
  await server.stop()
  return server.startMs
}

async function timeStart(
  bench: Bench,
  { main }: Build,
  { args = [], env }: Start,
  cwd: string,
): Promise<number> {
  const server = await startServer(bench, [main, ...args], { cwd, env: env?.(cwd) ?? {} })
  await server.stop()
  return server.startMs
}

/** A working folder with the folders that the image makes. */
function makeStartFolder(bench: Bench): string {
  const folder = makeFolder(bench, 'start')
  for (const name of ['data', 's3']) mkdirSync(join(folder, name))
  return folder
}
