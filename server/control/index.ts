import type { FastifyInstance } from 'fastify'
import { health } from './health.ts'
import { reset } from './reset.ts'
import { segmentEndpoints } from './segment-endpoints.ts'

/** What Pinpoint does not have: calls that control the emulator, under `/_pinpoint/`. */
export async function control(app: FastifyInstance): Promise<void> {
  app.register(health)
  app.register(reset)
  app.register(segmentEndpoints)
}
