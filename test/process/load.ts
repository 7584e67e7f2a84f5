import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import type { Test } from 'tap'
import { makeBuckets } from '../support/buckets.ts'
import { csvFile } from '../support/endpoint-files.ts'
import { roleArn } from '../support/helpers.ts'
import { spawnEmulator } from '../support/spawn.ts'

/** Imports that run at once, all the time. */
const importsAtOnce = 10

/** Milliseconds after which requests are sent, as many as have become due. */
const tick = 10

/** Requests between two of these, which make work of their own. */
const every = { jobCreated: 100, appDeleted: 1000 }

/** MB by which the memory may grow in the last third of the time beyond what it was in the second. */
const maxGrowth = 48

/** An application with an import that is under way. */
interface Loaded {
  app: string
  job: string
  /** By this test: from then on nothing of it need be found. */
  deleted: boolean
}

/**
 * Keeps ten imports running and sends so many requests a second beside them; more jobs are created and
 * applications are deleted in the middle of their imports. Expects no answer but those that were asked for,
 * every import to count the same, and no growth of memory.
 *
 * @param rate requests a second
 * @param endpoints of an import, about
 * @param tell is told of the memory over the time, and at the end of each operation's times
 */
export async function load(
  t: Test,
  {
    seconds,
    rate,
    endpoints,
    tell = () => {},
  }: { seconds: number; rate: number; endpoints: number; tell?: (text: string) => void },
): Promise<void> {
  const buckets = makeBuckets(t)
  await buckets.put('load', 'large.csv', csvFile(endpoints))
  await buckets.put('load', 'small.csv', csvFile(20))
  const env = { DATA_DIR: t.testdir(), MAX_RUNNING_IMPORTS: String(importsAtOnce), ...buckets.env }
  const { url, pid } = await spawnEmulator(t, env)
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  t.teardown(() => agent.destroy())
  const times = new Map<string, number[]>()
  const errors: string[] = []
  const results = new Set<string>()
  let isOver = false

  /** @param of whose answer may be 404 once it is deleted; gives undefined then */
  const call = async (name: string, method: string, path: string, body?: object, of?: Loaded) => {
    const begun = performance.now()
    try {
      // Half of the machine is this client's, so it is the leanest that there is.
      const sending = request(url + path, { agent, method, headers: { 'content-type': 'application/json' } })
      sending.end(body && JSON.stringify(body))
      const [response] = (await once(sending, 'response')) as [IncomingMessage]
      const answer = await text(response)
      const found = times.get(name) ?? []
      times.set(name, found)
      found.push(performance.now() - begun)
      const { statusCode = 0 } = response
      if (statusCode < 300) return JSON.parse(answer)
      if (statusCode !== 404 || of?.deleted !== true) errors.push(`${name} ${path}: ${statusCode} ${answer}`)
    } catch (error) {
      errors.push(`${name} ${path}: ${error}`)
    }
    return undefined
  }
  const createJob = (app: string, key: string, of?: Loaded) =>
    call(
      'CreateImportJob',
      'POST',
      `/v1/apps/${app}/jobs/import`,
      { S3Url: `s3://load/${key}`, Format: 'CSV', RoleArn: roleArn, DefineSegment: true },
      of,
    )

  /** Imports again and again, each time into an application of its own. */
  const running: Loaded[] = []
  const keepImporting = async (index: number) => {
    while (!isOver) {
      const { Id: app } = await call('CreateApp', 'POST', '/v1/apps', { Name: `load ${index}` })
      const { Id: job } = await createJob(app, 'large.csv')
      const loaded = { app, job, deleted: false }
      running[index] = loaded
      for (;;) {
        const found = await call(
          'GetImportJob',
          'GET',
          `/v1/apps/${app}/jobs/import/${job}`,
          undefined,
          loaded,
        )
        if (found === undefined) break
        if (found.JobStatus === 'COMPLETED' || found.JobStatus === 'FAILED') {
          results.add(`${found.JobStatus} ${found.TotalProcessed} ${found.TotalFailures}`)
          break
        }
        if (isOver) return
        await setTimeout(tick)
      }
      if (loaded.deleted) continue
      loaded.deleted = true
      await call('DeleteApp', 'DELETE', `/v1/apps/${app}`, undefined, loaded)
    }
  }

  const ask = (count: number): Promise<unknown> => {
    const loaded = running[count % running.length]!
    const { app, job } = loaded
    if (count % every.appDeleted === every.appDeleted - 1 && !loaded.deleted) {
      loaded.deleted = true
      return call('DeleteApp', 'DELETE', `/v1/apps/${app}`, undefined, loaded)
    }
    if (count % every.jobCreated === every.jobCreated - 1) return createJob(app, 'small.csv', loaded)
    const endpoint = `/v1/apps/${app}/endpoints/beside-${count % 50}`
    const address = { ChannelType: 'EMAIL', Address: `${count}@example.com` }
    switch (Math.floor(count / importsAtOnce) % 4) {
      case 0:
        return call('UpdateEndpoint', 'PUT', endpoint, address, loaded)
      case 1:
        return call('GetApps', 'GET', '/v1/apps')
      case 2:
        return call('GetImportJobs', 'GET', `/v1/apps/${app}/jobs/import`, undefined, loaded)
      default:
        return call('GetImportJob', 'GET', `/v1/apps/${app}/jobs/import/${job}`, undefined, loaded)
    }
  }

  const imports = Array.from({ length: importsAtOnce }, (_, index) => keepImporting(index))
  while (running.filter(Boolean).length < importsAtOnce) await setTimeout(tick)
  const begun = performance.now()
  const asked = new Set<Promise<unknown>>()
  const memory: number[] = []
  let count = 0
  let maxWaiting = 0
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - begun) / 1000) {
    for (; count < elapsed * rate; count++) {
      const answer = ask(count).finally(() => asked.delete(answer))
      asked.add(answer)
    }
    maxWaiting = Math.max(maxWaiting, asked.size)
    if (elapsed > memory.length) {
      memory.push(memoryOf(pid))
      tell(`${elapsed.toFixed(0)} s: ${memory.at(-1)!.toFixed(0)} MB, ${asked.size} requests unanswered`)
    }
    await setTimeout(tick)
  }
  isOver = true
  await Promise.all([...asked, ...imports])

  for (const [name, all] of times) {
    all.sort((a, b) => a - b)
    tell(`${name}: ${all.length}, p50 ${at(all, 0.5)} ms, p99 ${at(all, 0.99)} ms, longest ${at(all, 1)} ms`)
  }
  tell(`imports: ${[...results].join('; ')}; at most ${maxWaiting} requests unanswered`)
  t.same(errors.slice(0, 10), [], `${count} requests, ${errors.length} errors`)
  t.ok(results.size <= 1, `imports count the same: ${[...results].join('; ')}`)
  const third = Math.floor(memory.length / 3)
  const [before, after] = [Math.max(...memory.slice(third, -third)), Math.max(...memory.slice(-third))]
  if (third > 0)
    t.ok(after - before < maxGrowth, `the memory went from ${before.toFixed(0)} to ${after.toFixed(0)} MB`)
}

const at = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1)

/** MB that a process has in memory; 0 where the system does not tell. */
const memoryOf = (pid: number): number =>
  process.platform === 'linux'
    ? Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)?.[1]) / 1024
    : 0
