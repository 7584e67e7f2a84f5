import { type Bench, built, median, report, startBare, startEmulator } from './bench.ts'
import type { Server } from './processes.ts'

/** From the start of the process until the emulator is ready, from source and from the build. */
export async function benchStarts(bench: Bench): Promise<void> {
  const bares: number[] = []
  const ours: number[] = []
  const fromBuild: number[] = []
  const time = async (times: number[], start: () => Promise<Server>) => {
    const server = await start()
    times.push(server.startMs)
    await server.stop()
  }
  for (let round = 0; round < 7; round++) {
    await time(bares, startBare)
    await time(ours, () => startEmulator(bench))
    if (built !== undefined) await time(fromBuild, () => startEmulator(bench, { main: built }))
  }
  const yardstick = median(bares)
  report('start to ready, from source', median(ours), yardstick, { of: 'bare Fastify' })
  if (built === undefined) console.log('start to ready, from the build: run npm run build first')
  else report('start to ready, from the build', median(fromBuild), yardstick, { of: 'bare Fastify' })
}
