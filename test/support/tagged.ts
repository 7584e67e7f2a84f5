import type { Test } from 'tap'
import { isError, sharedTestApp } from './helpers.ts'

/** An application with these tags, and its resource under /v1/tags. */
export async function withTagged(tags: Record<string, string> = {}) {
  const { app, call, createApp } = sharedTestApp()
  const { Id, Arn } = await createApp({ Name: 'shop', tags })
  const url = `/v1/tags/${encodeURIComponent(Arn)}`
  return {
    app,
    call,
    id: Id as string,
    arn: Arn as string,
    url,
    tags: async () => (await call('GET', url)).body.tags,
  }
}

/** Checks what ARNs that name nothing are answered with, for one of the three operations. */
export async function checkResources(
  t: Test,
  method: 'GET' | 'POST' | 'DELETE',
  { query = '', body }: { query?: string; body?: object } = {},
): Promise<void> {
  const { call, arn, id } = await withTagged()
  const ask = (resource: string) => call(method, `/v1/tags/${encodeURIComponent(resource)}${query}`, body)
  const message = /^resource-arn must be the ARN of a Pinpoint resource/
  for (const noArn of ['x', id, `arn:aws:s3:::${id}`]) {
    isError(t, await ask(noArn), 400, 'BadRequestException', message)
  }
  const missing = [
    arn.replace(id, ''),
    arn.replace(id, '0'.repeat(32)),
    `${arn}/campaigns/nope`,
    arn.replace(/apps.*/, 'templates/nope/EMAIL'),
    `${arn}/segments/nope`,
    `${arn.replace(id, 'nope')}/segments/nope`,
    arn.replace('us-east-1', 'us-west-2'),
    arn.replace('123456789012', '000011112222'),
  ]
  for (const resource of missing) {
    isError(t, await ask(resource), 404, 'NotFoundException', new RegExp(`^Resource not found: ${resource}`))
  }
}
