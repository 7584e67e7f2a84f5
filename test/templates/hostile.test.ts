import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { helpers } from '../../server/templates/helpers/index.ts'
import { createRenderer, type RenderOptions } from '../../server/templates/renderer.ts'

/*
 * A template is input. Whatever it holds, it renders or fails, after a bounded number of steps; one
 * that got past a limit would take minutes here, or more memory than there is.
 */

const options: RenderOptions = {
  now: new Date('2020-09-20T00:30:00Z'),
  uuid: () => '95f36680-152c-4052-99ec-cc3cdf7ca594',
  missingVariables: 'blank',
}
const megabytes = 'x'.repeat(5_000_000)
const endpoint = {
  Date: '2020-09-19T10:11:12Z',
  List: Array.from({ length: 15 }, (_, index) => String(index)),
  Long: megabytes,
  Small: 1e-7,
  Euros: '€'.repeat(1_200_000),
  Digits: `${'1'.repeat(1_000_000)}x`,
  Spaces: `${' '.repeat(1_000_000)}x`,
  Open: '<'.repeat(1_000_000),
  Tags: '<a>'.repeat(300_000),
  Quotes: "'".repeat(100_001),
  LongList: Array.from({ length: 300_000 }, () => 'ab'),
  LargeMap: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`name${index}`, 'a'])),
}

/** Renders something 15 to the power of `times` times. */
const loop = (times: number, body: string) =>
  '{{#each List}}'.repeat(times) + body + '{{/each}}'.repeat(times)
/** Twice the one before, forty times. */
const doubled = (call: (name: string) => string) =>
  Array.from({ length: 40 }, (_, n) => `{{#*inline "p${n}"}}${n === 0 ? 'x' : call(`p${n - 1}`)}{{/inline}}`)
    .join('')
    .concat('{{> p39}}')

/** A partial that is called once, behind an indent. */
const indented = (text: string, indent: string) => `{{#*inline "a"}}\n${text}{{/inline}}\n${indent}{{> a}}\n`

/** 2,000 different values for a partial. */
const manyPairs = Array.from({ length: 2000 }, (_, n) => ` name${n}=1`).join('')
/** A partial that is looked for in 190 scopes. */
const manyPartials = Array.from({ length: 190 }, (_, n) => `{{#each List}}{{#*inline "p${n}"}}{{/inline}}`)
  .join('')
  .concat('{{#> other}}{{/other}}'.repeat(300), '{{/each}}'.repeat(190))

const steps = /^the message takes more than 500,000 steps to render$/
const length = /^the message renders to more than 10,000,000 bytes$/
const tokens = /^the message has more than 20,000 words and signs in its tags$/
const nesting = /^tags are nested more than 200 deep$/
const depth = /^blocks and partials render more than 500 deep/
const pattern = /^a date format has at most 200 characters$/

const cases: [what: string, template: string, failure: RegExp][] = [
  // What takes long to read.
  ['a long template', 'a'.repeat(10_000_001), /^the template has more than 10,000,000 characters$/],
  ['many tags', '{{List}}'.repeat(100_000), tokens],
  ['many values', `{{or${' a'.repeat(300_000)}}}`, tokens],
  ['many options', `{{or a b${' c=1'.repeat(100_000)}}}`, tokens],
  ['a long path', `{{a${'.a'.repeat(300_000)}}}`, tokens],
  ['many comments', '{{!}}'.repeat(100_000), tokens],
  ['many escaped tags', '\\{{'.repeat(200_000), tokens],
  ['many raw blocks', '{{{{a}}}}'.repeat(60_000), tokens],
  ['nested parentheses', `{{or ${'(or a '.repeat(100_000)}${')'.repeat(100_000)}}}`, nesting],
  ['open parentheses', `{{or ${'('.repeat(300_000)}`, nesting],
  ['nested blocks', '{{#if a}}'.repeat(50_000) + '{{/if}}'.repeat(50_000), nesting],
  ['open blocks', '{{#if a}}'.repeat(50_000), nesting],
  ['many else-ifs', `{{#if a}}${'{{else if a}}'.repeat(50_000)}{{/if}}`, nesting],
  ['a name without an end', `{{${'a'.repeat(600_000)}`, /^the tag is not closed/],
  ['a text without an end', `{{or "${'a'.repeat(600_000)}`, /^what begins with " has no end$/],
  ['a long text', `{{upper "${megabytes}"}}`, /^a text in quotes is too long$/],
  ['brackets', `{{${'['.repeat(600_000)}`, /^what begins with \[ has no end$/],
  ['comments without an end', '{{!-- '.repeat(100_000), /^the comment is not closed/],
  ['spaces in an else', `{{#if a}}{{else${' '.repeat(600_000)}`, /^the tag is not closed/],
  // What takes long to render.
  ['loops in loops', loop(8, 'x'), steps],
  ['empty loops in loops', loop(8, ''), steps],
  ['missing variables in loops', loop(8, '{{nothing.at.all}}'), steps],
  ['conditions in loops', loop(8, '{{#if (eq Date "x")}}{{/if}}'), steps],
  ['dates in loops', loop(8, '{{dateFormat Date outputFormat="zzzz" tz="Europe/Paris"}}'), steps],
  ['hashes in loops', loop(8, '{{sha512 Date}}'), steps],
  ['all variables in loops', loop(8, '{{#each @root}}{{/each}}'), steps],
  ['a large map in loops', loop(8, '{{#each LargeMap}}{{/each}}'), steps],
  ...['sha512 Long', 'eq Long Digits', 'lt Long Date', 'gt Digits 5', 'stripTags Open', 'stripTags Tags'].map(
    (call): [string, string, RegExp] => [`${call} in loops`, loop(8, `{{#if (${call})}}{{/if}}`), steps],
  ),
  ...['slugify Spaces', 'capitalize Spaces', 'cut Long "x"', 'decode64 Long', 'join LongList ","'].map(
    (call): [string, string, RegExp] => [`${call} in loops`, loop(8, `{{#if (${call})}}{{/if}}`), steps],
  ),
  ['names looked up in many scopes', loop(190, '{{a.b.c.d.e.f}}'.repeat(300)), steps],
  ['a path of a text', loop(6, `{{Date${'.[0]'.repeat(9000)}.x}}`), steps],
  ['a path of a text from the root', loop(6, `{{@root.Date${'.[0]'.repeat(9000)}.x}}`), steps],
  ['literals in loops', loop(8, `{{or${' ""'.repeat(9000)}}}`), steps],
  ['small numbers in loops', loop(8, '{{Small}}'), steps],
  ['options in loops', loop(8, '{{center "a" 3 pad=LongList}}'), steps],
  ['options of values that are not printed', loop(8, '{{inflect 1 a b includeCount=LongList}}'), steps],
  ['names of blocks', `{{#each List as |${' a'.repeat(9000)}|}}${loop(7, '')}{{/each}}`, steps],
  ['names of blocks in loops', loop(7, `{{#each List as |${' a'.repeat(9000)}|}}{{/each}}`), steps],
  ['values for partials', `{{#*inline "a"}}{{/inline}}${loop(8, `{{> a${manyPairs}}}`)}`, steps],
  [
    'values for partials in partials',
    `{{#*inline "a"}}${loop(8, '{{> b x=1}}')}{{/inline}}{{#*inline "b"}}{{/inline}}{{> a${manyPairs}}}`,
    steps,
  ],
  ['partials of many scopes', manyPartials, steps],
  ['names of partials', loop(8, '{{#> (or 1 0 yes=LongList)}}{{/undefined}}'), steps],
  ['partials that double', doubled(name => `{{> ${name}}}{{> ${name}}}`), steps],
  ['a partial in itself', '{{#*inline "a"}}{{> a}}{{/inline}}{{> a}}', depth],
  [
    'a partial in blocks in itself',
    `{{#*inline "a"}}${'{{#if Date}}'.repeat(150)}{{> a}}${'{{/if}}'.repeat(150)}{{/inline}}{{> a}}`,
    depth,
  ],
  ['a partial in itself by its block', '{{#*inline "a"}}{{#> a}}{{/a}}{{/inline}}{{> a}}', depth],
  // What takes much memory.
  ['a long value in loops', loop(3, '{{Long}}'), length],
  ['a long list in loops', loop(3, '{{LongList}}'), length],
  ['indented partials that double', doubled(name => `\n  {{> ${name}}}\n  {{> ${name}}}\n`), steps],
  ['short lines with a long indent', indented('x\n'.repeat(20_000), ' '.repeat(30_000)), length],
  ['padding', '{{center "a" 9007199254740991}}', length],
  ['replacing by a long text', '{{replace Long "x" Long}}', length],
  ['joining by a long text', '{{join LongList Long}}', length],
  ['characters of three bytes', '{{replace Digits "1" "€€€€"}}', length],
  // Dates.
  ['a long date format', '{{now Long}}', pattern],
  ['quotes in a date format', '{{now Quotes}}', pattern],
  ['a long format of input', '{{dateFormat Long inputFormat=Long}}', pattern],
  ['a long time zone', '{{now tz=Long}}', /^there is no time zone "x{50}"/],
]

t.test('templates that would take too long, or too much, fail', async t => {
  const renderer = createRenderer()
  for (const [what, template, failure] of cases) {
    t.match(renderer.render(template, { endpoint }, options).failure?.message, failure, what)
  }
})

t.test('all templates of a message together have the limits of one', async t => {
  const renderer = createRenderer()
  const withinLimits: [what: string, template: string, failure: RegExp][] = [
    ['steps', loop(4, '{{Date}}'), steps],
    ['output', '{{Long}}', length],
    ['output of three bytes', '{{Euros}}', length],
    ['tags', '{{Date}}'.repeat(3000), tokens],
    ['tags that do not render', `${'{{Date}}'.repeat(3000)}{{/if}}`, tokens],
    ['tags that are cached', '{{Id}}'.repeat(3000), tokens],
  ]
  for (const [what, template, failure] of withinLimits) {
    renderer.render('{{Id}}'.repeat(3000), { endpoint }, options)
    const renderNext = renderer.begin({ endpoint: { ...endpoint, Id: '1' } }, options)
    const failures = Array.from({ length: 20 }, (_, n) => renderNext(`${template}${n % 2}`).failure?.message)
    t.notMatch(failures[0] ?? '', failure, `${what}: the first one`)
    for (const message of failures.slice(10)) t.match(message, failure, what)
  }
})

t.test('an unexpected error while a template renders fails it, with the place', async t => {
  const values = {
    get Broken() {
      throw new Error('a fault of ours')
    },
  }
  t.strictSame(createRenderer().render('Hi\n {{Broken}}', { endpoint: values }, options), {
    failure: { message: 'internal error: a fault of ours', line: 2, column: 2 },
    missing: [],
  })
})

t.test('an indented partial may be as long as any other output', async t => {
  const line = `${'x'.repeat(99)}\n`
  const template = indented(line.repeat(60_000), '  ')
  t.equal(createRenderer().render(template, { endpoint }, options).text, `  ${line}`.repeat(60_000))
})

t.test('white space in a template takes linear time', async t => {
  const renderer = createRenderer()
  const run = '\n'.repeat(600_000)
  const spaces = ' '.repeat(600_000)
  for (const template of [
    `${run}x{{#if a}}\n{{/if}}`,
    `${spaces}x{{~a}}`,
    `{{a~}}${spaces}`,
    `${run}${spaces}{{> a}}`,
  ]) {
    t.ok(renderer.render(template, { endpoint }, options))
  }
})

t.test('no template reaches anything but its values', async t => {
  const renderer = createRenderer()
  const names = ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length']
  const paths = names.flatMap(name => [
    ...[name, `this.${name}`, `./${name}`, `../${name}`, `@root.${name}`, `@${name}`, `[${name}]`],
    ...[`Date.${name}`, `List.${name}`, `LargeMap.${name}`, `List.[0].${name}`, `${name}.${name}`],
  ])
  for (const path of paths) {
    const templates = [
      ...[`{{${path}}}`, `{{{${path}}}}`, `{{#if ${path}}}x{{/if}}`, `{{#each ${path}}}x{{/each}}`],
      ...[
        `{{#${path}}}x{{/${path}}}`,
        `{{upper ${path}}}`,
        `{{join ${path} ","}}`,
        `{{eq "" ${path} yes="x" no=""}}`,
      ],
      `{{#each List}}{{#if @first}}{{${path}}}{{/if}}{{/each}}`,
    ]
    for (const template of templates) {
      const { text, failure } = renderer.render(template, { endpoint, defaults: { a: 'b' } }, options)
      t.ok(text === '' || failure !== undefined, template)
    }
  }
  for (const name of names) {
    for (const template of [
      `{{${name} "x"}}`,
      `{{#${name} "x"}}y{{/${name}}}`,
      `{{upper (${name} "x")}}`,
      `{{> ${name}}}`,
    ]) {
      t.ok(renderer.render(template, { endpoint }, options).failure, template)
    }
  }
  const polluting =
    '{{#*inline "a"}}{{polluted}}{{/inline}}{{> a __proto__=LargeMap constructor=LargeMap}}{{eq 1 1 __proto__=LargeMap}}'
  t.equal(renderer.render(polluting, { endpoint }, options).text, 'true')
  t.notOk(Object.hasOwn(Object.prototype, 'name0'))
  const values = JSON.parse('{"__proto__":{"polluted":"own"},"a":"b"}')
  t.equal(
    renderer.render('{{polluted}}{{__proto__.polluted}}{{#if @root}}!{{/if}}', { endpoint: values }, options)
      .text,
    'own!',
  )
})

const word = fc.oneof(
  fc.constantFrom(
    ...helpers.keys(),
    'each',
    'if',
    'List',
    'Date',
    'Long',
    'LargeMap',
    'a',
    'this',
    '..',
    '.',
    'inline',
  ),
  fc.constantFrom(
    '"x"',
    "'",
    '"',
    '1',
    '-2.5',
    'true',
    'null',
    'undefined',
    '@index',
    '@root',
    '[a b]',
    '[',
    ']',
  ),
)
const sign = fc.constantFrom(
  ...[
    '{{',
    '}}',
    '{{{',
    '}}}',
    '{{#',
    '{{/',
    '{{^',
    '{{else',
    '{{>',
    '{{#>',
    '{{#*',
    '{{!',
    '{{!--',
    '--}}',
    '~',
  ],
  ...[
    '{{{{',
    '}}}}',
    '(',
    ')',
    '=',
    '|',
    ' as |',
    '.',
    '/',
    ' ',
    '\n',
    '\\',
    '&',
    '*',
    '\0',
    'é',
    '\ud800',
    '😀',
  ],
)
/** Signs and words in any order, and calls of helpers with any values. */
const soup = fc.oneof(
  fc.array(fc.oneof(word, sign, fc.constant(' '), fc.string({ maxLength: 3 })), { maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...helpers.keys()), fc.array(word, { maxLength: 4 }), fc.constantFrom('', '#'))
    .map(([name, values, mark]) => [`{{${mark}${name} `, values.join(' '), '}}', mark && `a{{/${name}}}`]),
)
const json = fc.dictionary(fc.oneof(word, fc.string({ maxLength: 3 })), fc.jsonValue({ maxDepth: 3 }), {
  maxKeys: 5,
})

t.test('whatever the template and the values, rendering does not throw, and is the same twice', async t => {
  const renderer = createRenderer()
  fc.assert(
    fc.property(
      soup,
      json,
      fc.constantFrom('fail' as const, 'blank' as const),
      (parts, values, missingVariables) => {
        const template = parts.join('')
        const render = (renderer: ReturnType<typeof createRenderer>) =>
          renderer.render(template, { substitutions: [values], endpoint }, { ...options, missingVariables })
        const rendering = render(renderer)
        assert.deepEqual(render(createRenderer()), rendering)
        const { text, failure } = rendering
        assert.equal(typeof (text ?? failure?.message), 'string')
        if (failure === undefined) return
        const lines = template.split(/\r\n?|\n/)
        assert.ok(failure.line >= 1 && failure.line <= lines.length, JSON.stringify({ template, failure }))
        assert.ok(failure.column >= 1 && failure.column <= lines[failure.line - 1]!.length + 1)
      },
    ),
    { numRuns: 3000 },
  )
  t.pass()
})
