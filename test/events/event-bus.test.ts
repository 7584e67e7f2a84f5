import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { EventBus, mayConcern } from '../../server/events/event-bus.ts'

const moved = (id: string) => ({ kind: 'job', job: { kind: 'import', app: 'a', id } }) as const
const never = new AbortController().signal

t.test('waitFor of what is there already does not wait for an event', async t => {
  const bus = new EventBus()
  t.equal(
    await bus.waitFor(
      () => true,
      () => 'there',
      never,
    ),
    'there',
  )
})

t.test('waitFor looks again after each event that may matter, and no other', async t => {
  const bus = new EventBus()
  let looks = 0
  const found = bus.waitFor(mayConcern('mine'), () => (++looks === 5 ? looks : undefined), never)
  t.equal(looks, 1)
  bus.emit(moved('mine'))
  bus.emit(moved('another'))
  t.equal(looks, 2)
  bus.emit({ kind: 'jobs' })
  bus.emit({ kind: 'state', by: 'reset' })
  t.equal(looks, 4)
  bus.emit(moved('mine'))
  t.equal(await found, 5)
  bus.emit(moved('mine'))
  t.equal(looks, 5, 'and not when that is over')
})

t.test('waitFor does not miss what happens while it looks', async t => {
  const bus = new EventBus()
  let isThere = false
  const look = () => {
    if (isThere) return true
    // As if the worker had told of it just now.
    isThere = true
    bus.emit(moved('mine'))
    return undefined
  }
  t.equal(await bus.waitFor(mayConcern('mine'), look, never), true)
})

t.test('a wait ends by its signal, and by an error of the look', async t => {
  const bus = new EventBus()
  const controller = new AbortController()
  let looks = 0
  const waiting = bus.waitFor(
    () => true,
    () => {
      looks++
      return undefined
    },
    controller.signal,
  )
  controller.abort(new Error('enough'))
  await t.rejects(waiting, { message: 'enough' })
  await t.rejects(
    bus.waitFor(
      () => true,
      () => true,
      controller.signal,
    ),
    { message: 'enough' },
  )
  bus.emit({ kind: 'jobs' })
  await setImmediate()
  t.equal(looks, 1)
  const failing = () => {
    throw new Error('it is gone')
  }
  await t.rejects(
    bus.waitFor(() => true, failing, never),
    { message: 'it is gone' },
  )
})

t.test('every follower has every event, until it follows no more', async t => {
  const bus = new EventBus()
  const seen: string[] = []
  const unfollow = bus.follow(({ kind }) => void seen.push(`first ${kind}`))
  bus.follow(({ kind }) => void seen.push(`second ${kind}`))
  bus.emit({ kind: 'state', by: 'reset' })
  unfollow()
  bus.emit({ kind: 'jobs' })
  t.strictSame(seen, ['first state', 'second state', 'second jobs'])
})
