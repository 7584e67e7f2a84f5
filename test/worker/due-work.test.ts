import t, { type Test } from 'tap'
import { Clock, type ClockState, stateAt } from '../../server/clock/clock.ts'
import { readDuration } from '../../server/model/iso-duration.ts'
import { WriteQueue } from '../../server/store/database/write-queue.ts'
import { openStore } from '../../server/store/open-store.ts'
import type { DueSource } from '../../server/worker/due-sources.ts'
import { DueWork } from '../../server/worker/due-work.ts'
import type { ClockMoved, FromWorker } from '../../server/worker/messages.ts'
import { startWork } from '../../server/worker/work.ts'
import { makeFolder } from '../support/buckets.ts'
import { until } from '../support/helpers.ts'
import { matchEach } from '../support/items.ts'

const start = Date.parse('2027-03-01T09:00:00.000Z')
const minute = 60_000
const by = (text: string) => ({ by: readDuration(text)! })

/** What is due, by name, and what becomes due when it has run, minutes later. */
interface Due {
  name: string
  time: number
  every?: number
  /** The row of its application, and what its step waits for. */
  app?: number
  answer?: Promise<void>
}

/**
 * The worker's work on a store of its own, with sources that the test fills. Each step does one thing, and
 * notes what it was, and the minutes since the start at which it saw itself, and what the clock showed.
 */
function setUp(t: Test, state: ClockState = stateAt('frozen', start), timeSlice?: number) {
  const dataDir = makeFolder(t)
  const writeQueue = new WriteQueue()
  const stopping = new AbortController()
  const store = openStore(dataDir, { writeQueue, thread: 'worker', onReplaced: () => stopping.abort() })
  const clock = new Clock()
  clock.set(state)
  store.savedClock.put(state)
  const ran: string[] = []
  const shown: number[] = []
  const told: FromWorker[] = []
  const minutes = (time: number) => (time - start) / minute
  const queues: Due[][] = [[], []]
  let onStep: (due: Due) => unknown = () => {}
  const sourceOf = (queue: Due[]): DueSource => ({
    nextDue: (except = []) =>
      queue
        .filter(({ app = 0 }) => !except.includes(app))
        .reduce<number | undefined>((min, { time }) => Math.min(min ?? time, time), undefined),
    async runStep(now, except) {
      const due = queue.find(({ time, app = 0 }) => time === now.getTime() && !except.includes(app))!
      await onStep(due)
      const finish = () => {
        queue.splice(queue.indexOf(due), 1)
        ran.push(`${due.name} ${minutes(now.getTime())}`)
        shown.push(minutes(clock.now().getTime()))
        if (due.every !== undefined) queue.push({ ...due, time: due.time + due.every * minute })
        return 2
      }
      const { app, answer } = due
      if (app === undefined) return finish()
      return { app, sent: answer === undefined ? finish() : answer.then(finish) }
    },
  })
  const work = startWork(store, [], queues.map(sourceOf), stopping, {
    slots: 1,
    generation: 0,
    clock,
    timeSlice,
    tell: message => void told.push(message),
  })
  t.teardown(async () => {
    await work.stop()
    store.close()
  })
  return {
    store,
    clock,
    work,
    ran,
    shown,
    told,
    stopping,
    writeQueue,
    /** Adds what is due so many minutes after the start, to the first source or the second. */
    add(name: string, after: number, { source = 0, ...more }: Partial<Due> & { source?: 0 | 1 } = {}) {
      queues[source]!.push({ name, time: start + after * minute, ...more })
    },
    beforeEachStep(what: (due: Due) => unknown) {
      onStep = what
    },
    clockAt: () => minutes(clock.now().getTime()),
  }
}

t.test('a move runs what is due on the way, in the order of its time, each step at its own time', async t => {
  const { add, work, ran, shown, clock, store, clockAt } = setUp(t)
  add('late', 90)
  add('other', 30, { source: 1 })
  add('often', 10, { every: 20 })
  add('same', 30)
  add('after', 61)
  t.strictSame(await work.moveClock({ to: by('PT1H') }), {
    from: start,
    now: start + 60 * minute,
    steps: 5,
    sent: 10,
    truncated: false,
  })
  t.strictSame(ran, ['often 10', 'same 30', 'often 30', 'other 30', 'often 50'])
  t.strictSame(shown, [10, 30, 30, 30, 50], 'the clock has shown the same')
  t.equal(clockAt(), 60)
  t.strictSame(clock.state, store.savedClock.get())

  t.strictSame(await work.moveClock({ to: start + 61 * minute }), {
    from: start + 60 * minute,
    now: start + 61 * minute,
    steps: 1,
    sent: 2,
    truncated: false,
  })
  t.equal(ran.at(-1), 'after 61')
})

t.test('a move leads to the next thing that is pending, or until nothing is', async t => {
  const { add, work, ran, clockAt } = setUp(t)
  const [next, idle] = [{ to: 'next' } as const, { to: { idle: undefined } }]
  t.match(await work.moveClock(next), { now: start, steps: 0 }, 'nothing is pending')
  t.match(await work.moveClock(idle), { now: start, steps: 0 })
  add('overdue', -5)
  add('first', 5)
  add('first too', 5, { source: 1 })
  add('second', 8)
  t.match(await work.moveClock(next), { now: start + 5 * minute, steps: 3 })
  t.strictSame(ran, ['overdue -5', 'first 5', 'first too 5'])
  add('third', 100)
  t.match(await work.moveClock(idle), { from: start + 5 * minute, now: start + 100 * minute, steps: 2 })
  add('fourth', 200, { every: 10 })
  const max = readDuration('PT2H')!
  t.match(await work.moveClock({ to: { idle: max } }), {
    now: start + 220 * minute,
    steps: 3,
    truncated: false,
  })
  t.equal(clockAt(), 220)
})

t.test('no move leads beyond the last time that the clock can show', async t => {
  const last = Date.parse('9999-12-31T23:59:59.999Z')
  const { add, work, ran, clock } = setUp(t, stateAt('frozen', last - minute))
  const toLast = (last - start) / minute
  add('in time', toLast)
  add('too late', toLast + 1)
  t.match(await work.moveClock({ to: 'next' }), { now: last, steps: 1 })
  for (const to of ['next', { idle: undefined }] as const) {
    t.match(await work.moveClock({ to }), { now: last, steps: 0, truncated: false })
  }
  t.strictSame(ran, [`in time ${toLast}`])
  t.equal(clock.now().getTime(), last)
})

t.test('what repeats itself without end stops after 100,000 steps, where it is', async t => {
  const { add, work, clock, store } = setUp(t)
  add('once', 0)
  // At one time, as a clock that goes on with each step is saved each time.
  add('often', 5, { every: 0 })
  const moved = await work.moveClock({ to: { idle: undefined } })
  const now = start + 5 * minute
  t.strictSame(moved, { from: start, now, steps: 100_000, sent: 200_000, truncated: true })
  t.strictSame([clock.state, store.savedClock.get()], [stateAt('frozen', now), stateAt('frozen', now)])
})

t.test('what repeats itself without end by itself is warned of once', async t => {
  const { add, work, told, ran } = setUp(t)
  add('often', 0, { every: 0 })
  work.wake()
  await until(() => ran.length > 100_100 || undefined, 'more steps than are warned of')
  await work.stop()
  matchEach(t, told, [
    { level: 'warn', fields: { steps: 100_000 }, text: /campaigns or journeys start one another/ },
  ])
  t.equal(told.length, 1)
})

t.test('a clock that ticks stands still for each step, and then ticks on as an offset', async t => {
  const { add, work, clock, store, shown, beforeEachStep } = setUp(t, { mode: 'real' })
  const real = Date.now()
  add('a', (real + 10 * minute - start) / minute)
  const states: unknown[] = []
  beforeEachStep(() => states.push(clock.state.mode, store.savedClock.get().mode))
  const { now } = (await work.moveClock({ to: by('P1D') })) as { now: number }
  t.strictSame(states, ['frozen', 'offset'])
  t.strictSame(shown, [(real + 10 * minute - start) / minute])
  t.ok(now >= real + 86_400_000)
  t.equal(clock.state.mode, 'offset')
  t.strictSame(clock.state, store.savedClock.get())
  t.ok(clock.now().getTime() >= now)
  t.match(await work.moveClock({ to: 'real', mode: 'real', back: 'if idle' }), { steps: 0 })
  t.strictSame([clock.state, store.savedClock.get()], [{ mode: 'real' }, { mode: 'real' }])
})

t.test('a clock that is set back runs nothing; set forward, it runs what is due in between', async t => {
  const { add, work, ran, clockAt } = setUp(t)
  add('a', 10)
  t.match(await work.moveClock({ to: start - 60 * minute, mode: 'frozen', back: 'if idle' }), { steps: 0 })
  t.equal(clockAt(), -60)
  t.match(await work.moveClock({ to: start + 10 * minute, mode: 'frozen' }), { steps: 1 })
  t.strictSame(ran, ['a 10'])
})

t.test('only by force is the clock set back while something is active', async t => {
  const { work, store, clockAt } = setUp(t)
  let active: string | undefined = 'campaign 0123'
  store.dueRows.campaigns = { nextDue: () => undefined, pending: () => 0, active: () => active }
  const to = start - 60 * minute
  t.strictSame(await work.moveClock({ to, mode: 'frozen', back: 'if idle' }), {
    refused:
      'the clock cannot be set back, from 2027-03-01T09:00:00.000Z to 2027-03-01T08:00:00.000Z, while campaign 0123 is active: end that first, or send "force":true',
  })
  t.equal(clockAt(), 0)
  t.match(await work.moveClock({ to, mode: 'frozen', back: 'forced' }), { now: to })
  await work.moveClock({ to: start })
  active = undefined
  t.match(await work.moveClock({ to, mode: 'frozen', back: 'if idle' }), { now: to })
})

t.test('of two moves at once, the second does not set the clock back', async t => {
  const { work, store, clockAt } = setUp(t)
  const hour = start + 60 * minute
  const moves = (more: object) =>
    Promise.all([work.moveClock({ to: by('P1D') }), work.moveClock({ to: hour, ...more })])
  t.match(await moves({}), [
    { now: start + 1440 * minute },
    { refused: 'the clock shows 2027-03-02T09:00:00.000Z already, which is after 2027-03-01T10:00:00.000Z' },
  ])
  t.equal(clockAt(), 1440)
  Object.assign(store.dueRows.journeys, { active: () => 'journey 0123' })
  await work.moveClock({ to: start, back: 'forced' })
  t.match(await moves({ mode: 'frozen', back: 'if idle' }), [{}, { refused: /while journey 0123 is active/ }])
  t.equal(clockAt(), 1440)
})

t.test('of two moves at once, the second does not lead beyond the last time', async t => {
  const { work, clock } = setUp(t)
  const moves = [{ to: by('P5000Y') }, { to: by('P5000Y') }, { to: { idle: by('P5000Y').by } }]
  const refused =
    'the clock shows 7027-03-01T09:00:00.000Z already, from which this leads beyond the year 9999'
  t.match(await Promise.all(moves.map(move => work.moveClock(move))), [{}, { refused }, { refused }])
  t.equal(clock.now().toISOString(), '7027-03-01T09:00:00.000Z')
})

t.test('what is due now runs by itself, whether or not the clock stands still', async t => {
  for (const state of [stateAt('frozen', start), stateAt('offset', start)]) {
    const { add, work, ran, clockAt } = setUp(t, state)
    add('now', 0)
    add('overdue', -3)
    add('later', 1000)
    work.wake()
    await until(() => (ran.length === 2 ? true : undefined), 'both steps')
    t.strictSame(ran, ['overdue -3', 'now 0'])
    if (state.mode === 'frozen') t.equal(clockAt(), 0)
  }
})

t.test('what becomes due as the clock ticks runs by itself', async t => {
  const { add, ran, work } = setUp(t, stateAt('offset', start))
  add('soon', 20 / minute)
  work.wake()
  await until(() => (ran.length === 1 ? true : undefined), 'the step')
})

t.test('while a step waits for an answer from outside, other applications go on', async t => {
  const { add, ran, work } = setUp(t)
  const { promise: answer, resolve } = Promise.withResolvers<void>()
  add('hook', -9, { app: 1, answer })
  add('same application', -8, { app: 1, source: 1 })
  add('other', -7, { app: 2 })
  add('of all', -6)
  work.wake()
  await until(() => (ran.length === 2 ? true : undefined), 'what need not wait')
  t.strictSame(ran, ['other -7', 'of all -6'])
  add('later', -5, { app: 3 })
  work.wake()
  await until(() => (ran.length === 3 ? true : undefined), 'what came later')
  const moved = work.moveClock({ to: by('PT1M') })
  resolve()
  t.match(await moved, { from: start, now: start + minute }, 'a move waits for the answer')
  t.strictSame(ran.slice(2), ['later -5', 'hook -9', 'same application -8'])
})

t.test('a move keeps the order, whatever its steps wait for', async t => {
  const { add, ran, shown, work } = setUp(t)
  const slowly = () => new Promise<void>(resolve => setImmediate(resolve))
  add('hook', 5, { app: 1, answer: slowly() })
  add('other', 5, { app: 2 })
  add('after', 6, { app: 2 })
  t.match(await work.moveClock({ to: by('PT1H') }), { steps: 3, sent: 6 })
  t.strictSame(ran, ['hook 5', 'other 5', 'after 6'])
  t.strictSame(shown, [5, 5, 6])
})

t.test('after a long step, other applications come first', async t => {
  const { add, ran, work, beforeEachStep } = setUp(t, undefined, 5)
  add('long', -9, { app: 1 })
  add('long again', -8, { app: 1 })
  add('other', -7, { app: 2 })
  beforeEachStep(({ name }) => {
    const begun = performance.now()
    if (name === 'long') while (performance.now() - begun < 10);
  })
  work.wake()
  await until(() => (ran.length === 3 ? true : undefined), 'all steps')
  t.strictSame(ran, ['long -9', 'other -7', 'long again -8'])
})

t.test('an application whose short steps never end does not starve the others', async t => {
  const { add, ran, work, beforeEachStep } = setUp(t, undefined, 5)
  add('endless', -9, { app: 1, every: 0 })
  add('other', -7, { app: 2 })
  add('other again', -6, { app: 2, source: 1 })
  beforeEachStep(({ name }) => {
    const begun = performance.now()
    if (name === 'endless') while (performance.now() - begun < 2);
  })
  work.wake()
  const others = () => ran.filter(step => !step.startsWith('endless'))
  await until(() => (others().length === 2 ? true : undefined), 'the steps of the other application')
  t.strictSame(others(), ['other -7', 'other again -6'])
  t.equal(ran[0], 'endless -9', 'which was due first')
})

t.test('what becomes due while other work never ends runs, too', async t => {
  const { add, ran, work } = setUp(t, stateAt('offset', start))
  add('endless', -9, { app: 1, every: 0 })
  add('soon', 20 / minute, { app: 2 })
  work.wake()
  await until(() => ran.find(step => step.startsWith('soon')), 'the step that was due later')
  t.pass()
})

t.test('what runs by itself gives way to a move, which then runs it', async t => {
  const { add, work, ran, beforeEachStep } = setUp(t)
  add('endless', -9, { app: 1, every: 0 })
  work.wake()
  await until(() => ran[0], 'the first step')
  let steps = 0
  beforeEachStep(due => {
    if (++steps === 100) delete due.every
  })
  const moved = await work.moveClock({ to: by('PT1H') })
  t.match(moved, { from: start, now: start + 60 * minute, truncated: false })
  t.ok((moved as ClockMoved).steps > 90, 'all but the step under way')
})

t.test('moves take place one after the other', async t => {
  const { add, work, ran } = setUp(t)
  add('often', 1, { every: 1 })
  const moves = await Promise.all([1, 2, 3].map(() => work.moveClock({ to: by('PT2M') })))
  t.match(
    moves,
    [2, 4, 6].map(end => ({ from: start + (end - 2) * minute, now: start + end * minute, steps: 2 })),
  )
  t.equal(ran.length, 6)
})

t.test('a move that is stopped leaves the clock where the last step has left it', async t => {
  const { add, work, clock, store, stopping, beforeEachStep } = setUp(t, stateAt('offset', start))
  add('often', 10, { every: 10 })
  beforeEachStep(({ time }) => {
    if (time === start + 30 * minute) stopping.abort()
  })
  t.equal(await work.moveClock({ to: by('PT2H') }), 'the state has been replaced, or the emulator stops')
  t.strictSame(clock.state, store.savedClock.get())
  const shown = clock.now().getTime() - start
  t.ok(shown >= 30 * minute && shown < 40 * minute, `${shown / minute}`)
})

t.test('no step of a state that was replaced moves the clock', async t => {
  const { add, work, clock, writeQueue, beforeEachStep } = setUp(t)
  add('often', 10, { every: 10 })
  beforeEachStep(({ time }) => {
    if (time === start + 20 * minute) writeQueue.nextGeneration()
  })
  t.type(await work.moveClock({ to: by('PT2H') }), 'string')
  t.strictSame(clock.state, stateAt('frozen', start + 20 * minute))
})

t.test('after an unexpected error, which is to end the thread, nothing runs by itself any more', async t => {
  const { store, clock } = setUp(t)
  const errors: unknown[] = []
  const failing = () => {
    let steps = 0
    const source: DueSource = {
      nextDue: () => start,
      runStep: async () => {
        steps++
        throw new Error('unexpected')
      },
    }
    const work: DueWork = new DueWork([source], {
      clock,
      store,
      signal: new AbortController().signal,
      inBackground: task => void task.catch(error => errors.push(error)),
      onRested: () => steps < 5 && work.runDue(),
      onTrouble: () => t.fail('the disk is not at fault'),
      onRestless: () => {},
    })
    return { work, steps: () => steps }
  }
  const [alone, moved] = [failing(), failing()]
  alone.work.runDue()
  await until(() => errors.length > 0 || undefined, 'the error')
  await t.rejects(moved.work.move({ to: 'here' }), { message: 'unexpected' })
  for (const { work, steps } of [alone, moved]) {
    t.equal(work.nextDue(), Number.POSITIVE_INFINITY)
    t.equal(steps(), 1)
  }
})
