import { readFileSync } from 'node:fs'
import t from 'tap'
import { readJourneyCases } from '../../fixtures/journey-cases.ts'
import { drawingsPage, withDrawings } from '../../fixtures/make-journey-drawings.ts'
import { kindsOf } from '../../server/journeys/graph.ts'
import { activityKinds } from '../../server/model/journey.ts'
import { startEmulator } from '../support/helpers.ts'
import { runJourneyCase } from '../support/run-journey-case.ts'

const cases = readJourneyCases()

t.test('journeys send, count and end as their cases say', async t => {
  const { url } = await startEmulator(t)
  for (const journeyCase of cases) {
    const { expected, name, title } = journeyCase
    t.strictSame(await runJourneyCase(url, journeyCase), expected, `${name}: ${title}`)
  }
})

t.test('there is a case of each kind of activity', async t => {
  const kinds = new Set(cases.flatMap(({ journey }) => Object.values(journey.Activities).flatMap(kindsOf)))
  t.strictSame([...kinds].sort(), Object.keys(activityKinds).sort())
})

t.test('the drawings in docs/journeys.md are made from the cases', async t => {
  const page = readFileSync(drawingsPage, 'utf8')
  t.equal(page, withDrawings(page, cases), 'else: node fixtures/make-journey-drawings.ts')
})
