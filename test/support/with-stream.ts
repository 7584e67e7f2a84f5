import { roleArn } from './helpers.ts'
import { createTickingApp } from './ticking-app.ts'

/** An event stream that an application may name. */
export const stream = {
  DestinationStreamArn: 'arn:aws:kinesis:us-east-1:123456789012:stream/events',
  RoleArn: roleArn,
}

/** An application, and the path of its event stream. A second passes with each write. */
export async function withApp() {
  const ticking = await createTickingApp()
  return { ...ticking, url: `/v1/apps/${ticking.app}/eventstream` }
}
