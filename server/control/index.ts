import type { FastifyInstance } from 'fastify'
import { getSnapshot } from './get-snapshot.ts'
import { health } from './health.ts'
import { putSnapshot } from './put-snapshot.ts'
import { reset } from './reset.ts'
import { segmentEndpoints } from './segment-endpoints.ts'

/** What Pinpoint does not have: calls that control the emulator, under `/_pinpoint/`. */
export async function control(app: FastifyInstance): Promise<void> {
  app.register(health)
  app.register(reset)
  app.register(getSnapshot)
  app.register(putSnapshot)
  app.register(segmentEndpoints)
}
