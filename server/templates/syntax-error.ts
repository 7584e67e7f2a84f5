import { parser } from 'handlebars/dist/cjs/handlebars/compiler/base.js'
import { type Position, TemplateError } from './template-error.ts'

/** What the parser's tokens look like in a template; others are not worth naming. */
const signs: Record<string, string> = {
  CLOSE: '}}',
  CLOSE_UNESCAPED: '}}}',
  CLOSE_RAW_BLOCK: '}}}}',
  CLOSE_SEXPR: ')',
  CLOSE_BLOCK_PARAMS: '|',
  EQUALS: '=',
  ID: 'a name',
  STRING: 'a value',
}

/**
 * Says in the words of templates what an error of the parser means. To be called right after it, as
 * the position is where the parser's lexer stopped.
 *
 * @param openBlock where the innermost block begins that is never closed, if there is one
 */
export function explainSyntaxError(
  text: string,
  error: Error,
  openBlock: Position | undefined,
): TemplateError {
  const { message } = error
  const [, expected, got] = message.match(/\nExpecting (.*), got '(\w+)'$/) ?? []
  if (got === 'EOF' && openBlock !== undefined && expected!.includes("'OPEN_ENDBLOCK'")) {
    return new TemplateError(`the block is not closed: {{/${nameAt(text, openBlock)}}} is missing`, openBlock)
  }
  if (expected !== undefined && got !== undefined) return unexpectedToken(expected, got)
  if (error instanceof RangeError) return noToken('a text in quotes is too long')
  if (message.startsWith('Lexical error')) return noToken()
  const { lineNumber = 1, column = 0 } = error as { lineNumber?: number; column?: number }
  const [, opened, closed] = message.match(/^(.*) doesn't match (.*) - \d+:\d+$/) ?? []
  const reason =
    opened === undefined
      ? message.replace(/ - \d+:\d+$/, '').replace(/^Unexpected inverse.*/, 'an inline partial has no else')
      : `the block {{#${opened}}} is closed by {{/${closed}}}`
  return new TemplateError(reason, { line: lineNumber, column: column + 1 })
}

/** The error at a position where no token begins. */
function noToken(given?: string): TemplateError {
  const { conditionStack, yylloc } = parser.lexer
  const reasons: Record<string, string> = {
    com: 'the comment is not closed: --}} is missing',
    raw: 'the raw block is not closed',
  }
  const reason = given ?? reasons[conditionStack.at(-1)!] ?? 'a template cannot hold the character NUL'
  return new TemplateError(reason, { line: yylloc.last_line, column: yylloc.last_column + 1 })
}

function unexpectedToken(expected: string, got: string): TemplateError {
  const { match, yylloc, _input: rest } = parser.lexer
  const position = { line: yylloc.first_line, column: yylloc.first_column + 1 }
  const isInTag = /'(?:ID|CLOSE\w*|EQUALS)'/.test(expected)
  if (got === 'OPEN_ENDBLOCK' && !isInTag) return new TemplateError('there is no block to close', position)
  if (got.includes('INVERSE') && !isInTag) {
    return new TemplateError('this else belongs to no block, or is a second one', position)
  }
  if (got === 'INVALID' && /["'[]/.test(match)) {
    return new TemplateError(`what begins with ${match} has no end`, position)
  }
  if (!rest.includes('}}') && !match.endsWith('}}'))
    return new TemplateError('the tag is not closed: }} is missing', position)
  if (got === 'INVALID' && /[\w:$-]/.test(match)) {
    return new TemplateError(
      'this is not a name: put one with special characters in brackets, [Last, first]',
      position,
    )
  }
  const wanted = Object.entries(signs).filter(([token]) => expected.includes(`'${token}'`))
  // Where }} may come, the other closing signs are no use.
  const named = wanted[0]?.[0] === 'CLOSE' ? wanted.filter(([token]) => !/^CLOSE_/.test(token)) : wanted
  const names = named.map(([, sign]) => sign).join(' or ')
  return new TemplateError(`expected ${names || 'something else'} here; got ${match}`, position)
}

/** The name of the block that begins at a position. */
function nameAt(text: string, { line, column }: Position): string {
  const tag = text.split(/\r\n?|\n/)[line - 1]!.slice(column - 1)
  return tag.match(/^\{\{~?(?:#[*>]?|\^)\s*([^\s}~]+)/)?.[1] ?? '…'
}
