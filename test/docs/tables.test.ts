import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { liveEvents } from '../../server/control/live/shapes.ts'
import { evidenceOf } from '../../server/model/evidence.ts'
import { lifecycleOf } from '../../server/model/lifecycle.ts'
import { allSettings } from '../../server/process/settings.ts'
import { buildTestApp } from '../support/helpers.ts'
import { root, rowsOf, sectionOf } from './pages.ts'

/*
 * The tables that the code could also tell: operations, settings, control calls, live events.
 */

/** The names of all operations of Pinpoint. */
const operations: string[] = JSON.parse(readFileSync(join(root, 'fixtures', 'operations.json'), 'utf8')).map(
  ({ name }: { name: string }) => name,
)

t.test('the table of operations in docs/ has each of them once', async t => {
  const rows = rowsOf(sectionOf('docs/operations.md', 'Operations served'))
  t.strictSame(rows.flatMap(([, names]) => names!.split(', ')).sort(), operations.toSorted())
})

t.test('pages that say how many operations there are say the number', t => {
  const pages = ['README.md', 'docs/operations.md', 'docs/invariants.md', 'docs/decisions/security.md']
  for (const page of pages) {
    const numbers = readFileSync(join(root, page), 'utf8').match(/\b\d+(?=\]? operations)/g)
    t.strictSame(new Set(numbers), new Set([String(operations.length)]), page)
  }
  t.end()
})

/** What a table in docs/operations.md says of each operation, whose rows are of resources or operations. */
function saidOfOperations(heading: string): Map<string, string> {
  const withoutLink = (text: string) => text.replace(/^\[(.*)\]\(.*\)$/, '$1')
  const resources = new Map(
    rowsOf(sectionOf('docs/operations.md', 'Operations served')).map(([resource, names]) => [
      withoutLink(resource!),
      names!.split(', '),
    ]),
  )
  const said = new Map<string, string>()
  // Operations that are named count instead of those of their resource.
  const ofResourcesFirst = rowsOf(sectionOf('docs/operations.md', heading)).toSorted(
    (a, b) => Number(resources.has(b[0]!)) - Number(resources.has(a[0]!)),
  )
  for (const [named, ...cells] of ofResourcesFirst) {
    for (const name of resources.get(named!) ?? named!.split(', ')) said.set(name, cells.join(': '))
  }
  return said
}

t.test('the table of what lives on says so of each operation, as the code does', async t => {
  const said = saidOfOperations('End of support')
  const inWords = { 'lives-on': 'live on', ended: 'ended' }
  t.equal(said.size, operations.length)
  for (const name of operations) {
    const { lifecycle, successor = '' } = lifecycleOf(name)
    t.equal(said.get(name), `${inWords[lifecycle]}: ${successor}`, name)
  }
})

t.test('the table of how far behaviour is known has each operation, as the code does', async t => {
  const said = saidOfOperations('How far behaviour is known')
  t.equal(said.size, operations.length)
  for (const name of operations) {
    const { known, assumed } = evidenceOf(name)
    t.equal(said.get(name), `${known}: ${assumed}`, name)
  }
  t.throws(() => evidenceOf('GetNothing'), /GetNothing has no evidence/)
})

t.test('the table of settings has their variables, flags and defaults', async t => {
  const rows = rowsOf(sectionOf('docs/settings.md', 'All settings'))
  const inCode = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)
  t.strictSame(
    rows.map(([variables, flag]) => [inCode(variables!), flag]),
    Object.values(allSettings).map(({ variables, flag }) => [variables, `\`${flag}\``]),
    'docs/settings.md has the settings of server/process/settings.ts, in their order',
  )
  for (const [index, setting] of Object.values(allSettings).entries()) {
    const shown = rows[index]![2]!
    if (setting.default === undefined) t.match(shown, /^(none|true with|pretty on)/, setting.flag)
    else t.ok(shown.replaceAll('`', '').startsWith(setting.default), `${setting.flag}: ${shown}`)
  }
})

t.test('the table of control calls has all of them', async t => {
  const { app } = buildTestApp(t)
  await app.ready()
  const calls = app.routes
    .filter(({ url, schema }) => /^\/(_pinpoint|_aws)\//.test(url) && schema?.hide !== true)
    .flatMap(({ method, url }) => [method].flat().map(method => `${method} ${url}`))
  const named = rowsOf(sectionOf('docs/control-api.md', 'Calls')).map(([call]) => call!)
  const withoutNames = (call: string) => call.replaceAll('`', '').replaceAll(/:\w+|\{\w+\}/g, '{}')
  t.strictSame(named.map(withoutNames).sort(), calls.map(withoutNames).sort())
})

t.test('the table of the live feed has its events, in the order of the code', t => {
  const section = sectionOf('docs/control-api.md', 'Live feed')
  const rows = rowsOf(section.slice(section.indexOf('| event |')))
  const names = rows.map(([name]) => name!.replaceAll('`', ''))
  t.strictSame(names, Object.keys(liveEvents))
  t.end()
})
