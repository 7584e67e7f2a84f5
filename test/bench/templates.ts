import Handlebars from 'handlebars'
import { createRenderer, type RenderOptions } from '../../server/templates/renderer.ts'
import type { Bench } from './bench.ts'
import { beginTable, milliseconds } from './table.ts'
import { measureInTurns } from './turns.ts'

const count = 10_000
const rounds = 7

const names = [
  'FirstName',
  'LastName',
  'Street',
  'City',
  'Company',
  'Plan',
  'Coupon',
  'Shop',
  'Seller',
  'Hint',
]
const paragraph =
  '<p style="color:#333;font:14px/1.5 Arial,sans-serif">A paragraph as people write them in e-mails, with a few words.</p>\n'

/** An e-mail of 20 variables and 5 helpers. */
const template = `<html><body>
${names.map(name => `${paragraph}<td>{{User.UserAttributes.${name}.[0]}}</td><td>{{Attributes.${name}.[0]}}</td>`).join('\n')}
{{capitalizeFirst Attributes.Hint.[0]}} {{upper Location.City}} {{add Metrics.Visits 1}}
{{#if Attributes.Plan}}Thank you{{/if}}
{{#gt Metrics.Visits 50}}many{{else}}few{{/gt}}
</body></html>
`

const attributes = (what: string, index: number) =>
  Object.fromEntries(names.map(name => [name, [`${what} ${name} ${index}`]]))

const endpoints = Array.from({ length: count }, (_, index) => ({
  Id: `e${index}`,
  ChannelType: 'EMAIL',
  Address: `user${index}@example.com`,
  OptOut: 'NONE',
  Location: { City: 'Los Angeles', Country: 'US' },
  Metrics: { Visits: index % 100 },
  Attributes: attributes('an', index),
  User: { UserId: `user${index}`, UserAttributes: attributes('a', index) },
}))

/** Handlebars.js with the helpers of the template in their shortest form. */
function yardstick(): (endpoint: object) => string {
  const handlebars = Handlebars.create()
  handlebars.registerHelper({
    upper: (text: string) => text.toUpperCase(),
    capitalizeFirst: (text: string) => text.charAt(0).toUpperCase() + text.slice(1),
    add: (a: number, b: number) => a + b,
    gt(this: unknown, a: number, b: number, { fn, inverse }: Handlebars.HelperOptions) {
      return a > b ? fn(this) : inverse(this)
    },
  })
  return handlebars.compile(template, { noEscape: true })
}

function subject(): (endpoint: object) => string {
  const { render } = createRenderer()
  const options: RenderOptions = { now: new Date(), uuid: () => '', missingVariables: 'fail' }
  const layers = {
    substitutions: [undefined, { OTP: ['123456'] }],
    defaults: { 'User.UserAttributes.FirstName': 'there' },
  }
  return endpoint => {
    const { text, failure } = render(template, { ...layers, endpoint }, options)
    if (failure !== undefined) throw new Error(failure.message)
    return text
  }
}

/** Rendering for many endpoints in this process, from the sources of this work tree, beside Handlebars.js. */
export async function benchTemplates(bench: Bench): Promise<void> {
  const addRow = beginTable(bench, 'Templates')
  const [ours, theirs] = [subject(), yardstick()]
  const time = (render: (endpoint: object) => string) => async () => {
    const start = performance.now()
    for (const endpoint of endpoints) render(endpoint)
    return performance.now() - start
  }
  const differs = endpoints.find(endpoint => ours(endpoint) !== theirs(endpoint))
  if (differs !== undefined) throw new Error(`they differ: ${ours(differs)}\n${theirs(differs)}`)
  const { yardstick: plain, figures } = await measureInTurns([ours], rounds, time(theirs), each =>
    time(each)(),
  )
  addRow({
    what: `an e-mail of 20 variables and 5 helpers, ${count.toLocaleString('en')} times`,
    measured: [{ figure: Math.min(...figures[0]!), yardstick: Math.min(...plain) }],
    of: 'Handlebars.js',
    unit: milliseconds,
    goal: { of: 'ratio', atMost: 1.5 },
  })
}
