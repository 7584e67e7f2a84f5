import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { Scheduler, type WorkSource } from '../../server/worker/scheduler.ts'
import { until } from '../support/helpers.ts'

const never = Number.POSITIVE_INFINITY

/** A source with as many steps to do as there are delays, in milliseconds: one before each of them. */
function sourceOf(...delays: number[]): WorkSource & { runs: number; steps: number } {
  const source = {
    runs: 0,
    steps: 0,
    dueAt: 0,
    runDue() {
      source.runs++
      if (source.steps === delays.length || performance.now() < source.dueAt) return
      source.dueAt = performance.now() + delays[source.steps++]!
    },
    nextDue: () => (source.steps === delays.length ? never : source.dueAt - performance.now()),
  }
  return source
}

t.test('the scheduler runs what is due until nothing is left, each source at its own time', async t => {
  const [quick, slow, idle] = [sourceOf(0, 0, 0, 0), sourceOf(15, 15), sourceOf()]
  const ending = new AbortController()
  const scheduler = new Scheduler([quick, slow, idle])
  const running = scheduler.run(ending.signal)
  t.strictSame([quick.runs, slow.runs, idle.runs], [1, 1, 1], 'at the start')
  await until(() => (quick.steps === 4 && slow.steps === 2 ? true : undefined), 'all steps')
  ending.abort()
  await running
})

t.test('the scheduler runs nothing while nothing is due; whoever wakes it has every source look', async t => {
  const source = sourceOf()
  const ending = new AbortController()
  const scheduler = new Scheduler([source])
  const running = scheduler.run(ending.signal)
  for (let round = 0; round < 20; round++) await setImmediate()
  t.equal(source.runs, 1)
  for (const runs of [2, 3]) {
    scheduler.wake()
    scheduler.wake()
    await until(() => (source.runs >= runs ? true : undefined), `run ${runs}`)
    for (let round = 0; round < 20; round++) await setImmediate()
    t.equal(source.runs, runs)
  }
  ending.abort()
  await running
})

t.test('a source that wakes the scheduler while it runs is run again', async t => {
  const ending = new AbortController()
  const other = sourceOf()
  const scheduler = new Scheduler([
    other,
    {
      runDue() {
        if (other.runs < 3) scheduler.wake()
        else ending.abort()
      },
      nextDue: () => never,
    },
  ])
  await scheduler.run(ending.signal)
  t.equal(other.runs, 3)
})

t.test('an error of a source ends the scheduler', async t => {
  const failing = {
    runDue() {
      throw new Error('no')
    },
    nextDue: () => never,
  }
  await t.rejects(new Scheduler([failing]).run(new AbortController().signal), { message: 'no' })
})
