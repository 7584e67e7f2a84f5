import t from 'tap'
import { makeFolder } from '../support/buckets.ts'
import { controlOf, okOf } from '../support/control.ts'
import { createAppBy, until } from '../support/helpers.ts'
import { isLong } from '../support/long.ts'
import { spawnEmulator } from '../support/spawn.ts'

const endpoints = 600
const activities = {
  m0: { EMAIL: { TemplateName: 'mail', NextActivity: 'w0' } },
  w0: { Wait: { WaitTime: { WaitFor: 'P1D' }, NextActivity: 'split' } },
  split: {
    RandomSplit: {
      Branches: [
        { Percentage: 50, NextActivity: 'm1' },
        { Percentage: 50, NextActivity: 'm2' },
      ],
    },
  },
  m1: { EMAIL: { TemplateName: 'mail', NextActivity: 'w1' } },
  m2: { EMAIL: { TemplateName: 'mail', NextActivity: 'w1' } },
  w1: { Wait: { WaitTime: { WaitFor: 'P3D' }, NextActivity: 'm3' } },
  m3: { EMAIL: { TemplateName: 'mail' } },
}

t.test(
  'a journey whose process is killed again and again sends each message once, and counts it once',
  async t => {
    const env = { DATA_DIR: makeFolder(t) }
    const begin = async () => {
      const emulator = await spawnEmulator(t, env)
      const control = controlOf(emulator.url)
      return { emulator, control, call: okOf(control) }
    }
    let { emulator, control, call } = await begin()
    await call('PUT', '/_pinpoint/clock', { mode: 'frozen', now: '2027-03-01T09:00:00Z' })
    const path = `/v1/apps/${(await createAppBy(control)).Id}`
    await call('PUT', `${path}/channels/email`, {
      Enabled: true,
      FromAddress: 'shop@example.com',
      Identity: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
    })
    await call('POST', '/v1/templates/mail/email', { Subject: 'Hello', TextPart: 'Hello' })
    for (let from = 0; from < endpoints; from += 100) {
      const Item = Array.from({ length: 100 }, (_, index) => ({
        Id: `e${from + index}`,
        ChannelType: 'EMAIL',
        Address: `e${from + index}@example.com`,
      }))
      await call('PUT', `${path}/endpoints`, { Item })
    }
    const SegmentId = (await call('POST', `${path}/segments`, { Name: 'all' })).Id
    const { Id } = await call('POST', `${path}/journeys`, {
      Name: 'long',
      State: 'ACTIVE',
      StartActivity: 'm0',
      Activities: activities,
      StartCondition: { SegmentStartCondition: { SegmentId } },
    })

    const maxKills = isLong ? 4 : 2
    let kills = 0
    for (let done = false; !done; ) {
      const before = (await call('GET', '/_pinpoint/messages?page-size=1')).last
      const advanced = control('POST', '/_pinpoint/clock/advance', { to: '2027-03-31T09:00:00Z' })
      const goesOn = until(
        async () => (await call('GET', '/_pinpoint/messages?page-size=1')).last > before || undefined,
        'a message',
      )
      const outcome = await Promise.race([advanced.then(() => 'done'), goesOn.then(() => 'sending')]).catch(
        () => 'done',
      )
      if (outcome === 'done' || kills === maxKills) {
        done = (await advanced).status === 200
        await goesOn.catch(() => {})
        continue
      }
      await emulator.end('SIGKILL')
      await advanced.catch(() => {})
      kills++
      ;({ emulator, control, call } = await begin())
    }
    t.ok(kills > 0, `${kills} kills`)

    const sent = new Map<string, number>()
    for (let token = ''; ; ) {
      const page = await call('GET', `/_pinpoint/messages?page-size=1000${token}`)
      for (const { endpoint, activity } of page.items) {
        const key = `${endpoint} ${activity}`
        sent.set(key, (sent.get(key) ?? 0) + 1)
      }
      if (page.nextToken === undefined) break
      token = `&token=${page.nextToken}`
    }
    t.strictSame(
      [...sent].filter(([, times]) => times !== 1),
      [],
      'nothing is sent twice',
    )
    t.equal(sent.size, 3 * endpoints, 'and nothing is lost')
    const metricsOf = async (activity: string) =>
      (await call('GET', `${path}/journeys/${Id}/activities/${activity}/execution-metrics`)).Metrics
    const [m1, m2] = [(await metricsOf('m1')).SUCCESS, (await metricsOf('m2')).SUCCESS].map(Number)
    t.equal(m1! + m2!, endpoints)
    t.strictSame(await metricsOf('split'), { Branch_1: String(m1), Branch_2: String(m2) })
    const all = String(endpoints)
    t.strictSame(await metricsOf('w1'), { WAIT_STARTED: all, WAIT_FINISHED: all })
    t.strictSame((await call('GET', `${path}/journeys/${Id}/execution-metrics`)).Metrics, {
      ENDPOINT_ENTERED: all,
      ENDPOINT_LEFT: all,
    })
    t.equal((await call('GET', `${path}/journeys/${Id}`)).State, 'COMPLETED')
  },
)
