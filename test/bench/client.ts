import { setTimeout } from 'node:timers/promises'
import type { Server } from './servers.ts'

// biome-ignore lint/suspicious/noExplicitAny: the bench reads a few members of bodies that the tests check
export async function call(method: string, url: string, body?: object): Promise<any> {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(url, { method, ...json })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return response.json()
}

/** Milliseconds that a call takes. */
export async function timeOf(...args: Parameters<typeof call>): Promise<number> {
  const begun = performance.now()
  await call(...args)
  return performance.now() - begun
}

/** Makes an application and gives its path. */
export async function createApp({ url }: Server): Promise<string> {
  const { Id } = await call('POST', `${url}/v1/apps`, { Name: 'bench' })
  return `/v1/apps/${Id}`
}

/** Begins to import an object of the bucket and gives the path of the job. */
export async function createImportJob({ url }: Server, app: string, key: string): Promise<string> {
  const { Id } = await call('POST', `${url}${app}/jobs/import`, {
    Format: key.endsWith('.csv') ? 'CSV' : 'JSON',
    S3Url: `s3://bench/${key}`,
    RoleArn: 'arn:aws:iam::123456789012:role/bench',
    DefineSegment: true,
  })
  return `${app}/jobs/import/${Id}`
}

/** Milliseconds between two polls: a client asks for its job five times a second. */
const pollInterval = 200

/**
 * Polls a job until it is COMPLETED.
 *
 * @param job its path
 * @param begun by Date.now(), just before the job was created
 * @param between is called after each poll that found it unfinished, with the milliseconds that the poll took
 * @returns the job, and how many seconds it took: until its CompletionDate, which is more exact than the
 *     polls, or until the last poll that found it unfinished, should that be later
 */
export async function waitForJob(
  { url }: Server,
  job: string,
  begun: number,
  between: (pollMs: number) => Promise<void> | void = () => {},
) {
  for (let unfinishedAt = begun; ; ) {
    const asked = performance.now()
    const answer = await call('GET', url + job)
    const pollMs = performance.now() - asked
    if (answer.JobStatus === 'FAILED') throw new Error(`the job failed: ${answer.Failures}`)
    if (answer.JobStatus === 'COMPLETED') {
      if (answer.FailedPieces > 0 || answer.TotalFailures > 0)
        throw new Error(`${answer.TotalFailures} records failed: ${answer.Failures}`)
      const endedAt = Math.max(Date.parse(answer.CompletionDate), unfinishedAt)
      return { answer, seconds: (endedAt - begun) / 1000 }
    }
    unfinishedAt = Date.now()
    await between(pollMs)
    await setTimeout(pollInterval)
  }
}
