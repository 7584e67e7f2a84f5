import type { Run } from './run.ts'
import { Layers, lookupPath, memberOf } from './values.ts'

/** A part of a template, ready to be rendered. */
export type Render = (run: Run, scope: Scope) => void

/** Where a template looks names up while it renders. */
export interface Scope {
  /** What `this` stands for: the layers of values, or what a block is about. */
  value: unknown
  /** The scope around it, which `../` means. */
  outer: Scope | undefined
  /** `@index`, `@key`, `@first`, `@last`, where each has made this scope. */
  loop: Record<string, unknown> | undefined
  /** Further names: those after `as`, and those that a partial was given. */
  names: Record<string, unknown> | undefined
  /** The inline partials that are defined here. */
  partials: Partials | undefined
  /** What `{{> @partial-block}}` renders. */
  partialBlock: Render | undefined
}

interface Partials {
  defined: ReadonlyMap<string, Render>
  outer: Partials | undefined
}

export const topScope = (layers: Layers): Scope => ({
  value: layers,
  outer: undefined,
  loop: undefined,
  names: undefined,
  partials: undefined,
  partialBlock: undefined,
})

/** The scope of a block that is about another value. */
export const innerScope = (
  scope: Scope,
  value: unknown,
  { loop, names }: Partial<Pick<Scope, 'loop' | 'names'>> = {},
): Scope => ({ ...scope, value, outer: scope, loop, names })

/** The same scope, with inline partials. */
export const withPartials = (scope: Scope, defined: ReadonlyMap<string, Render>): Scope => ({
  ...scope,
  partials: { defined, outer: scope.partials },
})

export function findPartial(run: Run, { partials }: Scope, name: string): Render | undefined {
  for (let at = partials; at !== undefined; at = at.outer) {
    run.stepAlong([name])
    const found = at.defined.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

type Path = hbs.AST.PathExpression

/** A name that needs no brackets; those of digits alone are indexes of lists. */
const word = /^(?!\d+$)[^\s!"#%-,./;->@[-^`{-~]+$/

/** A variable as templates write it: `User.UserAttributes.[Last Name].[0]`. */
export function written({ parts, original }: Path): string {
  if (parts.length === 0) return original
  const [prefix] = /^@?(?:\.\.?\/|this[./])*/.exec(original)!
  return prefix + parts.map(part => (word.test(part) ? part : `[${part}]`)).join('.')
}

/**
 * Prepares the lookup of a variable. A name that is not found in a scope is looked up in the outer
 * ones, as Handlebars.java does (assumed), unless it is written with `this.` or `./`.
 *
 * @returns the lookup, which gives undefined for a variable that has no value
 */
export function variable(node: Path): (run: Run, scope: Scope) => unknown {
  const { parts, depth, data, original } = node
  if (data) return loopVariable(parts, depth)
  const path = lookupPath(parts, written(node))
  const isOnlyHere = depth === 0 && /^(\.|this\b)/.test(original)
  const [first = '', ...rest] = parts
  return (run, start) => {
    let scope: Scope | undefined = start
    for (let count = depth; count > 0 && scope !== undefined; count--) scope = scope.outer
    if (parts.length === 0) return scope && thisOf(scope)
    for (; scope !== undefined; scope = scope.outer) {
      run.stepAlong(parts)
      const { names, value } = scope
      const found: unknown =
        (names !== undefined && Object.hasOwn(names, first) ? memberOf(names[first], rest) : undefined) ??
        (value instanceof Layers ? value.find(path) : memberOf(value, parts))
      if (found !== undefined || isOnlyHere) return found
    }
    return undefined
  }
}

/** What `this` is; at the top, all variables. */
const thisOf = ({ value }: Scope): unknown => (value instanceof Layers ? value.merged() : memberOf(value, []))

/** `@index` and its like, `@../index` of the loop around, and `@root`, the top scope. */
function loopVariable([name = '', ...rest]: string[], depth: number): (run: Run, scope: Scope) => unknown {
  const path = lookupPath(rest, rest.join('.'))
  return (run, start) => {
    run.stepAlong(rest)
    if (name === 'root') {
      let top = start
      while (top.outer !== undefined) top = top.outer
      return rest.length === 0 ? thisOf(top) : (top.value as Layers).find(path)
    }
    let loops = depth
    for (let scope: Scope | undefined = start; scope !== undefined; scope = scope.outer) {
      if (scope.loop === undefined || loops-- > 0) continue
      return Object.hasOwn(scope.loop, name) ? memberOf(scope.loop[name], rest) : undefined
    }
    return undefined
  }
}
