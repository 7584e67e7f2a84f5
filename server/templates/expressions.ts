import type { ConditionHelper, Helper, ValueHelper } from './helpers/helper.ts'
import { helpers } from './helpers/index.ts'
import type { Run } from './run.ts'
import { type Found, locator, member, memberPath, type Scope, variable, written } from './scope.ts'
import { type Position, TemplateError } from './template-error.ts'
import { textOf } from './values.ts'

/** Computes the value of an expression. */
export type Evaluate = (run: Run, scope: Scope) => unknown

/** An expression in a tag. */
export type Expression = hbs.AST.Expression

/** What is common to a tag that calls a helper, a block that does, and a subexpression. */
export type Call = Pick<hbs.AST.SubExpression, 'path' | 'params' | 'hash' | 'loc'>

/** Prepares an expression. It gives undefined for a variable that has no value. */
export function compileExpression(node: Expression): Evaluate {
  if (node.type === 'SubExpression') return compileCall(callOf(node))
  if (node.type === 'PathExpression') {
    return variable(node as hbs.AST.PathExpression)
  }
  const { value } = node as { value?: unknown }
  return () => value ?? undefined
}

/** A subexpression as a call. */
function callOf(node: Expression): Call {
  const call = node as hbs.AST.SubExpression
  return { ...call, path: pathOf(call.path) }
}

/** Prepares an expression whose value is looked into: as the scope of a block, for example. */
export function compileLocated(node: Expression): (run: Run, scope: Scope) => Found {
  if (node.type === 'PathExpression') return locator(node as hbs.AST.PathExpression)
  if (node.type === 'SubExpression') {
    const call = callOf(node)
    if (helperOf(call).kind === 'lookup') return compileLookup(call)
  }
  const evaluate = compileExpression(node)
  return (run, scope) => ({ value: evaluate(run, scope) })
}

/** An expression in a place where a word without quotes stands for itself, unless it is a variable. */
function compileWord(node: Expression): Evaluate {
  const evaluate = compileExpression(node)
  if (node.type !== 'PathExpression') return evaluate
  const { original } = node as hbs.AST.PathExpression
  return (run, scope) => evaluate(run, scope) ?? original
}

/** A call of a helper that makes a value. */
export function compileCall(call: Call): Evaluate {
  const helper = helperOf(call)
  if (helper.kind === 'value') return compileValueCall(helper, call)
  if (helper.kind === 'lookup') {
    const locate = compileLookup(call)
    return (run, scope) => locate(run, scope).value
  }
  if (helper.kind !== 'condition' || helper.isBlockOnly) {
    throw new TemplateError(`${call.path.original} needs a block: ${blockUsage(helper)}`, positionOf(call))
  }
  const test = compileTest(helper, call)
  const [yes, no] = ['yes', 'no'].map(name => optionOf(call, name))
  return (run, scope) => {
    if (test(run, scope)) return yes === undefined ? true : yes(run, scope)
    return no === undefined ? false : no(run, scope)
  }
}

function compileValueCall(helper: ValueHelper, call: Call): Evaluate {
  const { takes, words = [], options: names = [], cost = 0, takesMissing = false } = helper
  const position = positionOf(call)
  const compileAt = (at: number | string) => (words.includes(at) ? compileWord : compileExpression)
  const params = call.params.map((node, index) => compileAt(index)(node))
  const options = names.flatMap(name => {
    const evaluate = optionOf(call, name, compileAt(name))
    return evaluate === undefined ? [] : [{ name, evaluate }]
  })
  return (run, scope) => {
    const values = params.map(param => param(run, scope))
    const given: Record<string, unknown> = {}
    for (const { name, evaluate } of options) given[name] = evaluate(run, scope)
    run.at = position
    run.step(cost)
    run.stepOver(values)
    if (options.length > 0) run.stepOver(Object.values(given))
    if (!takesMissing && values.slice(0, takes[0]).includes(undefined)) return undefined
    const result = helper.call(values, given, run.surroundings)
    run.stepOver([result])
    return result
  }
}

/** A call of `lookup`: the member of a map or list whose name, or index, is the second value. */
function compileLookup(call: Call): (run: Run, scope: Scope) => Found {
  const [of, name] = call.params
  const locate = compileLocated(of!)
  const nameIt = compileExpression(name!)
  const position = positionOf(call)
  return (run, scope) => {
    const found = locate(run, scope)
    const key = nameIt(run, scope)
    run.at = position
    run.stepOver([key])
    if (found.value === undefined || key === undefined) return { value: undefined }
    return member(run, scope.layers, found, memberPath(textOf(key)))
  }
}

/** The test of a condition, which both its forms need. */
export function compileTest(helper: ConditionHelper, call: Call): (run: Run, scope: Scope) => boolean {
  const params = call.params.map(compileExpression)
  const position = positionOf(call)
  return (run, scope) => {
    const values = params.map(param => param(run, scope))
    run.at = position
    run.stepOver(values)
    return helper.test(values)
  }
}

function optionOf({ hash }: Call, name: string, compileIt = compileExpression): Evaluate | undefined {
  const pair = hash?.pairs.findLast(({ key }) => key === name)
  return pair && compileIt(pair.value)
}

/** @throws TemplateError when there is no such helper, or it takes another number of values */
export function helperOf({ path, params, loc }: Call): Helper {
  const position = positionOf({ loc })
  const helper = isHelper(path) ? helpers.get(path.original)! : undefined
  if (helper === undefined) throw new TemplateError(noHelper(path, params), position)
  const [min, max] = helper.takes
  if (params.length >= min && params.length <= max) return helper
  const wanted = min === max ? min : max === Number.POSITIVE_INFINITY ? `${min} or more` : `${min} or ${max}`
  throw new TemplateError(
    `${path.original} takes ${wanted} ${wanted === 1 ? 'value' : 'values'}, as in {{${helper.usage}}}; got ${params.length}`,
    position,
  )
}

function noHelper(path: hbs.AST.PathExpression, params: readonly Expression[]): string {
  const [first] = params
  const name = written(path)
  if (path.parts.length === 1 || first?.type !== 'PathExpression') return `Pinpoint has no helper ${name}`
  const { original } = first as hbs.AST.PathExpression
  return `there is no helper ${name}; put a name with a space in brackets: [${path.parts.at(-1)} ${original}]`
}

/** Where a node of the syntax tree begins. */
export const positionOf = ({ loc: { start } }: Pick<hbs.AST.Node, 'loc'>): Position => ({
  line: start.line,
  column: start.column + 1,
})

/** What a tag begins with, as a path: `{{"Last Name"}}` is the variable of that name. */
export function pathOf(node: Expression): hbs.AST.PathExpression {
  if (node.type === 'PathExpression') return node as hbs.AST.PathExpression
  const original = String((node as { original?: unknown }).original)
  return { type: 'PathExpression', data: false, depth: 0, parts: [original], original, loc: node.loc }
}

/** Whether a path is the name of a helper. `./upper` is a variable. */
const isHelper = ({ parts, original }: hbs.AST.PathExpression): boolean =>
  parts.length === 1 && parts[0] === original && helpers.has(original)

/** Whether a tag or block calls a helper, and is not about a variable. */
export const isCall = ({ path, params, hash }: Call): boolean =>
  isHelper(path) || params.length > 0 || hash !== undefined

const blockUsage = ({ usage }: Helper): string => {
  const [name = ''] = usage.replace('#', '').split(' ')
  return `{{#${usage.replace('#', '')}}}…{{/${name}}}`
}
