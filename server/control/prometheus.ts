import { performance } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, type Metric, Registry } from 'prom-client'
import { durationBounds, type RequestCounts } from '../http/call-log/call-counts.ts'
import { jobKinds } from '../model/job-kinds.ts'

/** One value of a metric, with its labels. */
type Sample = [labels: Record<string, string>, value: number]

type Sources = Pick<FastifyInstance, 'requestCounts' | 'jobWorker' | 'store'>

/**
 * Makes the metrics of one emulator. Values are read from their sources when they are collected.
 * prom-client's default metrics of the process would leave observers and a timer behind when an
 * emulator in a test process closes; those here have the same names and leave nothing behind.
 */
export function createRegistry({ requestCounts, jobWorker, store }: Sources): Registry {
  const { counters } = jobWorker
  const registry = new Registry()
  const registers = [registry]
  const metric = (
    Kind: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    labelNames: string[],
    samples: () => Iterable<Sample>,
  ) =>
    new Kind({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset()
        for (const [labels, value] of samples()) this.inc(labels, value)
      },
    })

  metric(
    Counter,
    'pinpoint_requests_total',
    "Calls of Pinpoint's API, by operation and status",
    ['operation', 'status'],
    () => requestSamples(requestCounts),
  )
  registry.registerMetric(durations(requestCounts))
  metric(Gauge, 'pinpoint_jobs', 'Jobs of all applications, by status', ['kind', 'status'], () =>
    jobKinds.flatMap(kind => jobSamples(kind, store[`${kind}Jobs`].countByStatus())),
  )
  metric(
    Counter,
    'pinpoint_records_processed_total',
    'Records that jobs have read or written, failed ones included',
    ['kind'],
    () => jobKinds.map(kind => [{ kind }, counters.get(`${kind}Processed`)]),
  )
  metric(Counter, 'pinpoint_records_failed_total', 'Records that could not be imported', ['kind'], () => [
    [{ kind: 'import' }, counters.get('importFailed')],
  ])
  const single = (Kind: typeof Counter | typeof Gauge, name: string, help: string, value: () => number) =>
    metric(Kind, name, help, [], () => [[{}, value()]])

  single(
    Counter,
    'pinpoint_worker_restarts_total',
    'Times that the job worker has died and been restarted',
    () => counters.get('workerRestarts'),
  )
  const cpu = (kind: 'user' | 'system') => process.cpuUsage()[kind] / 1e6
  single(Counter, 'process_cpu_user_seconds_total', 'User CPU time in seconds', () => cpu('user'))
  single(Counter, 'process_cpu_system_seconds_total', 'System CPU time in seconds', () => cpu('system'))
  single(
    Counter,
    'process_cpu_seconds_total',
    'User and system CPU time in seconds',
    () => cpu('user') + cpu('system'),
  )
  single(
    Gauge,
    'process_start_time_seconds',
    'Start time of the process in seconds since 1970',
    () => performance.timeOrigin / 1000,
  )
  const memory = (kind: keyof NodeJS.MemoryUsage) => () => process.memoryUsage()[kind]
  single(Gauge, 'process_resident_memory_bytes', 'Resident memory in bytes', memory('rss'))
  single(Gauge, 'nodejs_heap_size_total_bytes', 'Heap of the HTTP thread in bytes', memory('heapTotal'))
  single(Gauge, 'nodejs_heap_size_used_bytes', 'Heap of the HTTP thread in use in bytes', memory('heapUsed'))
  single(Gauge, 'nodejs_external_memory_bytes', 'Memory outside the heap in bytes', memory('external'))
  single(
    Gauge,
    'nodejs_eventloop_utilization',
    'Fraction of the time since the start in which the HTTP thread was busy',
    () => performance.eventLoopUtilization().utilization,
  )
  return registry
}

function* requestSamples({ byOperation }: RequestCounts): Generator<Sample> {
  for (const [operation, { statuses }] of byOperation) {
    for (const [status, count] of statuses) yield [{ operation, status: String(status) }, count]
  }
}

const jobSamples = (kind: string, byStatus: Map<string, number>): Sample[] =>
  [...byStatus].map(([status, count]) => [{ kind, status }, count])

/** A histogram of counts made elsewhere: prom-client's own only takes single observations. */
function durations({ byOperation }: RequestCounts): Metric {
  const name = 'pinpoint_request_duration_seconds'
  const values = () =>
    [...byOperation].flatMap(([operation, { buckets, seconds, statuses }]) => {
      const count = [...statuses.values()].reduce((sum, number) => sum + number, 0)
      let upTo = 0
      const bounded = durationBounds.map((le, place) => {
        upTo += buckets[place]!
        return { metricName: `${name}_bucket`, labels: { le, operation }, value: upTo }
      })
      return [
        ...bounded,
        { metricName: `${name}_bucket`, labels: { le: '+Inf', operation }, value: count },
        { metricName: `${name}_sum`, labels: { operation }, value: seconds },
        { metricName: `${name}_count`, labels: { operation }, value: count },
      ]
    })
  const help = "How long calls of Pinpoint's API took, in seconds, by operation"
  return {
    name,
    get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: values() }),
  } as unknown as Metric
}
