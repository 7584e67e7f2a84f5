import root from 'tap'
import { buildTestApp } from './helpers.ts'

const start = Date.UTC(2026, 0, 2, 3, 4, 0)
let reads = 0
let built: ReturnType<typeof buildTestApp> | undefined

/**
 * Creates an application at 2026-01-02T03:04:00Z. With each call that reads the clock, a second
 * passes. Tests of one file share the HTTP side, and each sets the clock back.
 */
export async function createTickingApp() {
  built ??= buildTestApp(root, { now: () => new Date(start + 1000 * reads++) })
  reads = 0
  const { Id, CreationDate } = await built.createApp()
  return { call: built.call, createApp: built.createApp, app: Id, CreationDate }
}
