import { checkLength } from '../limits.ts'
import { TemplateError } from '../template-error.ts'
import { scalarOf, textOf } from '../values.ts'
import { countOf, shown, type ValueHelper } from './helper.ts'

/** A helper that changes one text. */
const ofText = (name: string, change: (text: string) => string): ValueHelper => ({
  kind: 'value',
  usage: `${name} value`,
  takes: [1, 1],
  call: ([value]) => change(textOf(value)),
})

/** A helper that fills a text up to a size, which is its second value or the option `size`. */
const ofPadding = (name: string, fill: (text: string, size: number, pad: string) => string): ValueHelper => ({
  kind: 'value',
  usage: `${name} value 19 pad=" "`,
  takes: [1, 2],
  options: ['size', 'pad'],
  call: ([value, size], options) => {
    const length = countOf(size ?? options.size, 'the size')
    checkLength(length)
    return fill(textOf(value), length, textOf(options.pad) || ' ')
  },
})

/** Helpers that make texts of texts. Their names are those of Handlebars.java. */
export const strings: Record<string, ValueHelper> = {
  abbreviate: {
    kind: 'value',
    usage: 'abbreviate value 6',
    takes: [2, 2],
    call: ([value, length]) => {
      const [text, max] = [textOf(value), countOf(length, 'the length', 4)]
      return text.length <= max ? text : `${text.slice(0, max - 3)}...`
    },
  },
  capitalize: ofText('capitalize', text => text.replace(/(?<!\S)\S/gu, first => first.toUpperCase())),
  capitalizeFirst: ofText('capitalizeFirst', text => {
    const [first = ''] = text
    return first.toUpperCase() + text.slice(first.length)
  }),
  center: ofPadding('center', (text, size, pad) =>
    text.padStart(text.length + Math.floor((size - text.length) / 2), pad).padEnd(size, pad),
  ),
  ljust: ofPadding('ljust', (text, size, pad) => text.padEnd(size, pad)),
  rjust: ofPadding('rjust', (text, size, pad) => text.padStart(size, pad)),
  cut: {
    kind: 'value',
    usage: 'cut value "e"',
    takes: [1, 2],
    call: ([value, part]) => textOf(value).replaceAll(textOf(part) || ' ', ''),
  },
  replace: {
    kind: 'value',
    usage: 'replace value " " "_"',
    takes: [3, 3],
    call: ([value, from, to]) => {
      const [text, search, replacement] = [textOf(value), textOf(from), textOf(to)]
      if (search === '') return text
      const parts = text.split(search)
      checkLength(text.length + (parts.length - 1) * (replacement.length - search.length))
      return parts.join(replacement)
    },
  },
  substring: {
    kind: 'value',
    usage: 'substring value 4 9',
    takes: [2, 3],
    call: ([value, start, end]) => {
      const from = countOf(start, 'the start')
      return textOf(value).slice(from, end === undefined ? undefined : countOf(end, 'the end'))
    },
  },
  join: {
    kind: 'value',
    usage: 'join list ", "',
    takes: [2, 2],
    options: ['prefix', 'suffix'],
    call: ([list, separator], { prefix, suffix }) => {
      const texts = (Array.isArray(list) ? list : [list]).map(textOf)
      const between = textOf(separator)
      checkLength(texts.reduce((sum, text) => sum + text.length + between.length, 0))
      return textOf(prefix) + texts.join(between) + textOf(suffix)
    },
  },
  lower: ofText('lower', text => text.toLowerCase()),
  upper: ofText('upper', text => text.toUpperCase()),
  slugify: ofText('slugify', text =>
    text
      .trim()
      .toLowerCase()
      .replace(/\s/g, '-')
      .replace(/[^\p{L}\p{M}\p{N}_-]/gu, ''),
  ),
  stripTags: ofText('stripTags', stripTags),
  inflect: {
    kind: 'value',
    usage: 'inflect 3 "apple" "apples"',
    takes: [3, 3],
    options: ['includeCount'],
    words: [1, 2],
    call: ([count, singular, plural], { includeCount = false }) => {
      const form = textOf(countOf(count, 'the count') === 1 ? singular : plural)
      return String(scalarOf(includeCount)) === 'true' ? `${textOf(count)} ${form}` : form
    },
  },
  ordinalize: {
    kind: 'value',
    usage: 'ordinalize 22',
    takes: [1, 1],
    call: ([value]) => {
      const number = countOf(value, 'the value')
      const isTeen = number % 100 >= 11 && number % 100 <= 13
      const endings: Record<number, string> = { 1: 'st', 2: 'nd', 3: 'rd' }
      return `${number}${(!isTeen && endings[number % 10]) || 'th'}`
    },
  },
  yesno: {
    kind: 'value',
    usage: 'yesno value yes="yes" no="no" maybe="maybe"',
    takes: [1, 1],
    takesMissing: true,
    options: ['yes', 'no', 'maybe'],
    call: ([value], { yes = 'yes', no = 'no', maybe = 'maybe' }) => {
      const answers: Record<string, unknown> = { true: yes, false: no, '': maybe }
      const text = textOf(value).toLowerCase()
      if (Object.hasOwn(answers, text)) return textOf(answers[text])
      throw new TemplateError(`${shown(value)} is neither true nor false`)
    },
  },
}

/** Removes what stands between `<` and `>`. A regular expression would take quadratic time. */
function stripTags(text: string): string {
  let result = ''
  let from = 0
  for (;;) {
    const start = text.indexOf('<', from)
    const end = start === -1 ? -1 : text.indexOf('>', start)
    if (end === -1) return result + text.slice(from)
    result += text.slice(from, start)
    from = end + 1
  }
}
