import {
  type Call,
  compileCall,
  compileExpression,
  compileLocated,
  compileTest,
  type Expression,
  helperOf,
  isCall,
  pathOf,
  positionOf,
} from './expressions.ts'
import type { Cost } from './limits.ts'
import { parse } from './parse.ts'
import type { Run } from './run.ts'
import {
  type Found,
  findPartial,
  innerScope,
  locator,
  member,
  memberPath,
  type Render,
  type Scope,
  variable,
  withPartials,
  written,
} from './scope.ts'
import { TemplateError } from './template-error.ts'
import { eachKeys, isTruthy, memberOf, textOf } from './values.ts'

/*
 * Makes functions of a template's syntax tree, which render it. Unlike the compiler of
 * Handlebars.js, this makes no JavaScript of it: a template can do what these functions do, and
 * nothing else.
 */

/** What a block renders: its body, or what follows else; and the names after `as`. */
interface Block {
  names: readonly string[]
  body: Render
  inverse: Render
}

/** A call of a partial; with a program if it has a block. */
type PartialCall = Pick<hbs.AST.PartialStatement, 'name' | 'params' | 'hash' | 'loc'> & {
  indent?: string
  program?: hbs.AST.Program
}

const inlineTag = '{{#* inline "name"}}'

/** Left in the output for SES, which replaces it (source: AWS's own templates). */
const unsubscribeUrl = 'amazonSESUnsubscribeUrl'

/**
 * Compiles a template.
 *
 * @param cost its tokens are added here, also of a template that is refused
 * @throws TemplateError for a syntax error, a helper that does not exist, and one that is given too
 *   many or too few values, wherever in the template that is
 */
export const compile = (text: string, cost: Pick<Cost, 'tokens'>): Render => compileProgram(parse(text, cost))

function compileProgram(program: hbs.AST.Program): Render {
  const { render, partials } = compileBody(program)
  return partials.size === 0 ? render : (run, scope) => render(run, withPartials(scope, partials))
}

/** What a program renders, and the inline partials that it defines, wherever in it. */
function compileBody({ body }: hbs.AST.Program): { render: Render; partials: Map<string, Render> } {
  const partials = new Map<string, Render>()
  const parts: Render[] = []
  for (const node of body) {
    if (node.type === 'DecoratorBlock') definePartial(partials, node as hbs.AST.DecoratorBlock)
    else parts.push(compileStatement(node))
  }
  return {
    partials,
    render(run, scope) {
      run.step(1 + parts.length)
      for (const part of parts) part(run, scope)
    },
  }
}

function definePartial(partials: Map<string, Render>, node: hbs.AST.DecoratorBlock): void {
  const [name] = node.params
  if (node.path.original !== 'inline' || name === undefined || node.params.length > 1) {
    throw new TemplateError(`a tag with * can only be ${inlineTag}`, positionOf(node))
  }
  partials.set(nameOf(name), compileProgram(node.program))
}

function compileStatement(node: hbs.AST.Statement): Render {
  switch (node.type) {
    case 'ContentStatement': {
      const { value } = node as hbs.AST.ContentStatement
      return run => run.write(value)
    }
    case 'CommentStatement':
      return () => {}
    case 'MustacheStatement':
      return compileMustache(node as hbs.AST.MustacheStatement)
    case 'BlockStatement':
      return compileBlock(node as hbs.AST.BlockStatement)
    case 'PartialStatement':
      return compilePartial(node as hbs.AST.PartialStatement)
    case 'PartialBlockStatement':
      return compilePartial(node as hbs.AST.PartialBlockStatement)
    default:
      throw new TemplateError(`a tag with * can only be ${inlineTag}`, positionOf(node))
  }
}

function compileMustache(node: hbs.AST.MustacheStatement): Render {
  const call = { ...node, path: pathOf(node.path) }
  if (isCall(call)) {
    const evaluate = compileCall(call)
    return (run, scope) => run.write(textOf(evaluate(run, scope)))
  }
  const { path } = call
  const position = positionOf(node)
  const name = written(path)
  const find = variable(path)
  return (run, scope) => {
    run.at = position
    const value = find(run, scope)
    if (value !== undefined) run.write(textOf(value))
    else if (name === unsubscribeUrl) run.write(`{{${unsubscribeUrl}}}`)
    else run.miss(name, position)
  }
}

function compileBlock(node: hbs.AST.BlockStatement): Render {
  const call = { ...node, path: pathOf(node.path) }
  const block: Block = {
    // No block has more than an item and its key; one may name thousands.
    names: node.program?.blockParams?.slice(0, 2) ?? [],
    body: node.program ? compileProgram(node.program) : nothing,
    inverse: node.inverse ? compileProgram(node.inverse) : nothing,
  }
  const render = isCall(call) ? compileBlockCall(call, block) : compileSection(call.path, block)
  return (run, scope) => {
    run.enter()
    render(run, scope)
    run.leave()
  }
}

function compileBlockCall(call: Call, block: Block): Render {
  const helper = helperOf(call)
  if (helper.kind === 'value' || helper.kind === 'lookup') {
    const { original } = call.path
    throw new TemplateError(`${original} is not for blocks: {{${helper.usage}}}`, positionOf(call))
  }
  if (helper.kind === 'condition') {
    const test = compileTest(helper, call)
    return (run, scope) => (test(run, scope) ? block.body : block.inverse)(run, scope)
  }
  const locate = compileLocated(call.params[0]!)
  if (helper.kind === 'scope') {
    return (run, scope) => {
      const found = locate(run, scope)
      run.stepOver([found.value])
      if (isTruthy(found.value)) renderInside(run, scope, found, block)
      else block.inverse(run, scope)
    }
  }
  return (run, scope) => {
    const found = locate(run, scope)
    run.stepOver([found.value])
    renderEach(run, scope, found, block)
  }
}

/** `{{#name}}…{{/name}}` of a variable: rendered for each item of a list; another value is its scope. */
function compileSection(path: hbs.AST.PathExpression, block: Block): Render {
  const locate = locator(path)
  return (run, scope) => {
    const found = locate(run, scope)
    const { value } = found
    if (Array.isArray(value)) renderEach(run, scope, found, block)
    else if (!isTruthy(value)) block.inverse(run, scope)
    else if (value === true) block.body(run, scope)
    else renderInside(run, scope, found, block)
  }
}

/** Renders the body of a block with a value as its scope. */
const renderInside = (run: Run, scope: Scope, found: Found, { names, body }: Block): void =>
  body(run, innerScope(scope, found, { names: named(names, [found]) }))

/**
 * `{{> name value key=value}}`, and `{{#> name}}…{{/name}}`, whose block stands in for a
 * partial that is not there.
 */
function compilePartial({ name, params, hash, ...node }: PartialCall): Render {
  const position = positionOf(node)
  const nameIt = name.type === 'SubExpression' ? compileExpression(name) : () => nameOf(name)
  const locateContext = params[0] && compileLocated(params[0])
  const values = (hash?.pairs ?? []).map(({ key, value }) => ({ key, locate: compileLocated(value) }))
  const block = node.program && compileBody(node.program)
  return (run, scope) => {
    run.at = position
    const nameValue = nameIt(run, scope)
    run.stepOver([nameValue])
    const wanted = textOf(nameValue)
    const partial = wanted === '@partial-block' ? scope.partialBlock : findPartial(run, scope, wanted)
    const render = partial ?? block?.render
    if (render === undefined) {
      throw new TemplateError(
        `there is no partial ${wanted}: {{#* inline "${wanted}"}}…{{/inline}} defines it`,
      )
    }
    const context = locateContext?.(run, scope)
    let inner = context?.value === undefined ? scope : innerScope(scope, context)
    if (block !== undefined) {
      const { partialBlock } = scope
      inner = {
        ...withPartials(inner, block.partials),
        partialBlock: partial
          ? (run, within) => block.render(run, { ...within, partialBlock })
          : partialBlock,
      }
    }
    if (values.length > 0) {
      const given = Object.fromEntries(values.map(({ key, locate }) => [key, locate(run, scope)]))
      inner = { ...inner, names: { ...inner.names, ...given } }
      run.stepOver([inner.names])
    }
    run.enter()
    // A partial that stands alone in its line is indented as that is.
    if (node.indent) run.writeIndented(node.indent, () => render(run, inner))
    else render(run, inner)
    run.leave()
  }
}

const nothing: Render = () => {}

/** The name of a partial, which may be written as a path or as a text. */
const nameOf = (node: Expression): string => String((node as { original?: unknown }).original)

/** The names after `as`, with their values. */
const named = (names: readonly string[], values: readonly Found[]): Record<string, Found> | undefined =>
  names.length === 0
    ? undefined
    : Object.fromEntries(names.map((name, index) => [name, values[index] ?? { value: undefined }]))

function renderEach(run: Run, scope: Scope, list: Found, { names, body, inverse }: Block): void {
  const keys = eachKeys(list.value)
  const isMap = typeof list.value === 'object' && !Array.isArray(list.value)
  if (keys.length === 0) inverse(run, scope)
  for (const [index, key] of keys.entries()) {
    const loop = { index, key, first: index === 0, last: index === keys.length - 1 }
    const found = isMap ? memberOfMap(run, scope, list, key) : { value: memberOf(list.value, [key]) }
    body(run, innerScope(scope, found, { loop, names: named(names, [found, { value: key }]) }))
  }
}

/** A value of a map, over which a value of another layer may win. Items of lists have no names to win by. */
function memberOfMap(run: Run, { layers }: Scope, map: Found, key: string): Found {
  run.stepOver([key])
  return member(run, layers, map, memberPath(key))
}
