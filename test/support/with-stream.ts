import type { Test } from 'tap'
import { buildTestApp, roleArn } from './helpers.ts'

/** A stream that an application may name. */
export const stream = {
  DestinationStreamArn: 'arn:aws:kinesis:us-east-1:123456789012:stream/events',
  RoleArn: roleArn,
}

/** An application whose clock goes on by a second with each call that reads it. */
export async function withApp(t: Test) {
  let seconds = 0
  const { call } = buildTestApp(t, { now: () => new Date(Date.UTC(2026, 0, 2, 3, 4, seconds++)) })
  const { Id } = (await call('POST', '/v1/apps', { Name: 'shop' })).body
  return { call, app: Id as string, url: `/v1/apps/${Id}/eventstream` }
}
