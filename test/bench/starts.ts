import { type Bench, median, report, source, startBare, startEmulator } from './bench.ts'
import type { Server } from './processes.ts'

/** From the start of the process until the emulator is ready, from source and from the build. */
export async function benchStarts(bench: Bench): Promise<void> {
  const bares: number[] = []
  const fromSource: number[] = []
  const fromBuild: number[] = []
  const time = async (times: number[], start: () => Promise<Server>) => {
    const server = await start()
    times.push(server.startMs)
    await server.stop()
  }
  for (let round = 0; round < 7; round++) {
    await time(bares, startBare)
    await time(fromSource, () => startEmulator(bench, { main: source }))
    await time(fromBuild, () => startEmulator(bench))
  }
  const yardstick = median(bares)
  report('start to ready, from source', median(fromSource), yardstick, { of: 'bare Fastify' })
  report('start to ready, from the build', median(fromBuild), yardstick, { of: 'bare Fastify' })
}
