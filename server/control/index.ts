import type { FastifyInstance } from 'fastify'
import { health } from './health.ts'
import { metrics } from './metrics.ts'
import { openapi } from './openapi.ts'
import { requests } from './requests.ts'
import { segmentEndpoints } from './segment-endpoints.ts'

/** What Pinpoint does not have: calls that control the emulator, under `/_pinpoint/`. */
export async function control(app: FastifyInstance): Promise<void> {
  app.register(health)
  app.register(segmentEndpoints)
  app.register(requests)
  app.register(metrics)
  app.register(openapi)
}
