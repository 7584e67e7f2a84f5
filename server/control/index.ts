import type { FastifyInstance } from 'fastify'
import { health } from './health.ts'

/** What Pinpoint does not have: calls that control the emulator, under `/_pinpoint/`. */
export async function control(app: FastifyInstance): Promise<void> {
  app.register(health)
}
