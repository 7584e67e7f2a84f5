import { readFileSync } from 'node:fs'
import t from 'tap'
import { rulesPage, withTemplateRules } from '../../fixtures/make-template-rules.ts'
import { readTemplateCases, type TemplateCase } from '../../fixtures/template-cases.ts'
import { helpers } from '../../server/templates/helpers/index.ts'
import { limits } from '../../server/templates/limits.ts'
import { createRenderer, type Rendering } from '../../server/templates/renderer.ts'

const cases = readTemplateCases()
const surroundings = {
  now: new Date('2020-09-20T00:30:00Z'),
  uuid: () => '95f36680-152c-4052-99ec-cc3cdf7ca594',
}

t.test('each case of templates renders to what it expects, and again', async t => {
  const renderer = createRenderer()
  for (const { name, template, missingVariables = 'fail', text, failure, missing = [], ...values } of cases) {
    const render = (): Rendering => renderer.render(template, values, { ...surroundings, missingVariables })
    const rendering = render()
    t.strictSame(rendering.failure ?? rendering.text, failure ?? text, name)
    t.strictSame(
      rendering.missing.map(({ name }) => name),
      missing,
      `${name}: the missing variables`,
    )
    t.strictSame(render(), rendering, `${name}: from the cache`)
  }
})

t.test("Pinpoint's 44 helpers and three of Handlebars are there, and each has a case", async t => {
  const groups = {
    default: 'each if',
    conditional: 'and eq gt gte lt lte neq not or',
    string:
      'abbreviate capitalize capitalizeFirst center cut dateFormat inflect join ljust lower now ordinalize replace rjust slugify stripTags substring upper yesno',
    'math and encoding':
      'add ceiling decode64 divide encode64 floor md5 modulo multiply round sha256 sha512 subtract uuid',
  }
  const documented = Object.values(groups).flatMap(names => names.split(' '))
  t.equal(documented.length, 44)
  const builtIn = ['lookup', 'unless', 'with']
  t.strictSame([...helpers.keys()].sort(), [...documented, ...builtIn].sort())
  const hasCase = (name: string, wanted: TemplateCase['source']) => {
    const isCalled = new RegExp(`(?:\\{\\{#?|\\()${name}\\b`)
    return cases.some(({ template, source }) => source === wanted && isCalled.test(template))
  }
  for (const name of documented) t.ok(hasCase(name, 'D'), `a documented sample of ${name}`)
  for (const name of builtIn) t.ok(hasCase(name, 'INFERRED'), name)
})

t.test('the page about templates has the limits as they are', async t => {
  const page = readFileSync(rulesPage, 'utf8')
  for (const [name, value] of Object.entries(limits)) {
    t.match(page, new RegExp(`^\\| .* \\| ${value.toLocaleString('en')}\\b.* \\|$`, 'm'), name)
  }
})

t.test('the table of template rules is made from the cases as they are', async t => {
  const page = readFileSync(rulesPage, 'utf8')
  t.equal(page, withTemplateRules(page, cases), 'else: node fixtures/make-template-rules.ts')
})
