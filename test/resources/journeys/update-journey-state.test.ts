import t from 'tap'
import { isError } from '../../support/helpers.ts'
import { matchEach } from '../../support/items.ts'
import { withJourneys } from '../../support/journeys.ts'

t.test('UpdateJourneyState publishes, pauses, goes on and cancels, and answers the journey', async t => {
  const { draft, call } = await withJourneys()
  const path = await draft({ RefreshFrequency: 'P1D' })
  for (const State of ['ACTIVE', 'PAUSED', 'ACTIVE', 'PAUSED', 'CANCELLED']) {
    const { status, body } = await call('PUT', `${path}/state`, { State })
    t.match({ status, body }, { status: 200, body: { State, Name: 'welcome' } }, body.Message)
    t.strictSame((await call('GET', path)).body, body)
  }
  matchEach(t, (await call('GET', `${path}/runs`)).body.Item, [{ Status: 'CANCELLED' }])
})

t.test('a state that cannot follow is a 400, and changes nothing', async t => {
  const { draft, call } = await withJourneys()
  const path = await draft()
  const refuse = async (State: string | undefined, message: RegExp | string) =>
    isError(t, await call('PUT', `${path}/state`, { State }), 400, 'BadRequestException', message)
  await refuse(undefined, 'State must be given: ACTIVE, PAUSED or CANCELLED')
  await refuse('x', /^State must be one of/)
  for (const state of ['DRAFT', 'PAUSED', 'CANCELLED', 'CLOSED', 'COMPLETED']) {
    await refuse(state, `State must be ACTIVE for a journey that is DRAFT; got ${state}`)
  }
  await call('PUT', `${path}/state`, { State: 'ACTIVE' })
  await refuse('PAUSED', 'State must not be PAUSED for a journey without a RefreshFrequency')
  await refuse('ACTIVE', 'State must be PAUSED or CANCELLED for a journey that is ACTIVE; got ACTIVE')
  t.equal((await call('GET', path)).body.State, 'ACTIVE')
  await call('PUT', `${path}/state`, { State: 'CANCELLED' })
  await refuse('ACTIVE', 'State must be left as it is for a journey that is CANCELLED; got ACTIVE')
  t.equal((await call('DELETE', path)).status, 200, 'it can be deleted in any state')
})
