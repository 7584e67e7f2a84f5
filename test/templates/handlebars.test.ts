import assert from 'node:assert/strict'
import fc from 'fast-check'
import Handlebars from 'handlebars'
import t from 'tap'
import { createRenderer } from '../../server/templates/renderer.ts'

/*
 * What Pinpoint's templates have in common with Handlebars.js is compared with Handlebars.js:
 * blocks, scopes, inline partials, white space. Scopes of partials and of `../` are not: names are
 * looked up further out here than there.
 */

const values = {
  word: 'w',
  count: 3,
  yes: true,
  no: false,
  list: ['a', 'b', 'c'],
  one: ['x'],
  empty: [],
  map: { word: 'inner', inside: 'i', deep: { word: 'deepest' } },
  maps: [{ word: 'first' }, { inside: 'second' }],
}

const space = fc.constantFrom('', ' ', '\n', '\n  ', 'x', 'x\n', ' x ', '\r\n')
const scalar = fc.constantFrom(
  ...['word', 'count', 'list', 'one', 'one.[0]', 'list.[1]', 'map.inside', 'map.deep.word', 'missing'],
  ...['./word', 'map.missing', '@index', '@key', '@first', '@last', '@../index'],
  ...['lookup map "inside"', 'lookup list 1', 'lookup missing "a"', 'lookup map word'],
  ...['@root.word', 'inside', 'named', 'item', 'n', 'yes', 'list.[9]', '[word]', 'map/inside'],
)
const condition = fc.constantFrom('word', 'missing', 'yes', 'no', 'empty', 'list', 'map.inside', '@first')
const collection = fc.constantFrom('list', 'one', 'empty', 'missing', 'map', 'maps', 'map.deep')
const section = fc.constantFrom('list', 'one', 'empty', 'missing', 'yes', 'no', 'map', 'maps', 'map.deep')
const strip = fc.constantFrom('', '~')
const partial = fc.constantFrom('p1', 'p2')

const { template } = fc.letrec<{ template: string; part: string }>(tie => {
  const inner = tie('template')
  const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map(texts => texts.join(''))
  const at = (text: string) => fc.constant(text)
  const tag = (...parts: fc.Arbitrary<string>[]) => join(at('{{'), strip, ...parts, strip, at('}}'))
  const otherwise = fc.option(
    join(fc.oneof(tag(at('else')), tag(at('^')), tag(at('else if '), condition)), inner),
    { nil: '' },
  )
  const block = (open: fc.Arbitrary<string>, name: string) =>
    join(open, inner, otherwise, tag(at(`/${name}`)))
  return {
    template: fc
      .array(fc.oneof({ depthSize: 'small' }, space, tie('part')), { maxLength: 5 })
      .map(parts => parts.join('')),
    part: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tag(scalar),
      at('{{{word}}}'),
      tag(at('! comment ')),
      tag(at('!-- {{comment}} --')),
      block(tag(at('#if '), condition), 'if'),
      block(tag(at('#unless '), condition), 'unless'),
      block(tag(at('#with '), section), 'with'),
      block(tag(at('#with '), section, at(' as |item|')), 'with'),
      block(tag(at('#each '), collection), 'each'),
      block(tag(at('#each '), collection, at(' as |item n|')), 'each'),
      section.chain(name => block(tag(at(`#${name}`)), name)),
      section.chain(name => join(tag(at(`^${name}`)), inner, tag(at(`/${name}`)))),
      tag(at('> '), partial),
      tag(at('> '), partial, at(' map named="n"')),
      join(
        tag(at('#> '), partial),
        inner,
        tag(at('/')).map(text => text.replace('/', '/p1')),
      ).map(text => text.replace(/#> p\d/, '#> p1')),
    ),
  }
})

const partials =
  '{{#*inline "p1"}}({{@root.word}}{{#if named}}:{{named}}{{/if}}){{/inline}}{{#*inline "p2"}}\n[\n{{@root.word}}\n]\n{{/inline}}'

t.test('templates render to what Handlebars.js renders', async t => {
  const handlebars = Handlebars.create()
  const renderer = createRenderer()
  const surroundings = { now: new Date(0), uuid: () => '', missingVariables: 'blank' as const }
  fc.assert(
    fc.property(template, text => {
      const whole = partials + text
      const expected = handlebars.compile(whole, { compat: true })(values)
      const { text: rendered, failure } = renderer.render(whole, { endpoint: values }, surroundings)
      // Of a map, JavaScript prints nothing useful; here it fails.
      if (failure !== undefined && expected.includes('[object Object]')) return
      assert.equal(rendered ?? failure?.message, expected, whole)
    }),
    { numRuns: 1000 },
  )
  t.pass()
})
