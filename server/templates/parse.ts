import { parser, parse as parseTemplate } from 'handlebars/dist/cjs/handlebars/compiler/base.js'
import { type Cost, checkTokens, limits } from './limits.ts'
import { explainSyntaxError } from './syntax-error.ts'
import { type Position, TemplateError } from './template-error.ts'

/**
 * Reads a template into the syntax tree of Handlebars.js.
 *
 * @param cost its tokens are added here, also of a template that is refused
 * @throws TemplateError for a syntax error, and for a template that takes too long to read
 */
export function parse(text: string, cost: Pick<Cost, 'tokens'>): hbs.AST.Program {
  if (text.length > limits.characters) {
    throw new TemplateError(`the template has more than ${limits.characters.toLocaleString('en')} characters`)
  }
  const openBlock = scan(text, cost)
  try {
    return parseTemplate(text)
  } catch (error) {
    throw explainSyntaxError(text, error as Error, openBlock)
  }
}

/** Tokens that open and close a block. */
const opening = new Set(['OPEN_BLOCK', 'OPEN_INVERSE', 'OPEN_PARTIAL_BLOCK', 'OPEN_RAW_BLOCK'])
const closing = new Set(['OPEN_ENDBLOCK', 'END_RAW_BLOCK'])

/**
 * Goes through the tokens once before the parser does, since the parser knows no limits.
 *
 * @returns where the innermost block begins that is never closed, if there is one
 * @throws TemplateError for too many tokens, or too many inside one another
 */
function scan(text: string, cost: Pick<Cost, 'tokens'>): Position | undefined {
  /** Open blocks, with how many each counts for: itself and its else-ifs, which the parser nests. */
  const blocks: { position: Position; count: number }[] = []
  let nesting = 0
  for (const token of tokensOf(text)) {
    cost.tokens++
    const { first_line, first_column } = parser.lexer.yylloc
    const position = { line: first_line, column: first_column + 1 }
    const block = blocks.at(-1)
    if (opening.has(token)) {
      nesting++
      blocks.push({ position, count: 1 })
    } else if (closing.has(token)) {
      nesting -= blocks.pop()?.count ?? 0
    } else if (token === 'OPEN_INVERSE_CHAIN' && block !== undefined) {
      nesting++
      block.count++
    } else if (token === 'OPEN_SEXPR') {
      nesting++
    } else if (token === 'CLOSE_SEXPR') {
      nesting--
    }
    if (nesting > limits.nesting) {
      throw new TemplateError(`tags are nested more than ${limits.nesting} deep`, position)
    }
    checkTokens(cost.tokens, position)
  }
  return blocks.at(-1)?.position
}

/** The names of the tokens, up to the first that is none. */
function* tokensOf(text: string): Generator<string> {
  const { lexer, terminals_: names } = parser
  lexer.yy = { parser }
  lexer.setInput(text)
  for (;;) {
    let token: string | number
    try {
      token = lexer.lex()
    } catch {
      return
    }
    const name = typeof token === 'number' ? names[token]! : token
    if (name === 'INVALID' || name === 'EOF' || token === 1) return
    yield name
  }
}
