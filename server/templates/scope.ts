import type { Run } from './run.ts'
import { type Layers, LookupPath, memberOf } from './values.ts'

/** A part of a template, ready to be rendered. */
export type Render = (run: Run, scope: Scope) => void

/** What a variable or an expression stands for. */
export interface Found {
  /** Undefined where there is no value. */
  value: unknown
  /** The path by which the layers have the value; undefined for a value that was made. */
  path?: LookupPath | undefined
}

/** Where a template looks names up while it renders. */
export interface Scope extends Found {
  /** The values of the top scope. */
  layers: Layers
  /** The scope around it, which `../` means. */
  outer: Scope | undefined
  /** `@index`, `@key`, `@first`, `@last`, where each has made this scope. */
  loop: Record<string, unknown> | undefined
  /** Further names: those after `as`, and those that a partial was given. */
  names: Record<string, Found> | undefined
  /** The inline partials that are defined here. */
  partials: Partials | undefined
  /** What `{{> @partial-block}}` renders. */
  partialBlock: Render | undefined
}

interface Partials {
  defined: ReadonlyMap<string, Render>
  outer: Partials | undefined
}

/** The path of all variables. */
const root = new LookupPath([])

export const topScope = (layers: Layers): Scope => ({
  layers,
  value: undefined,
  path: root,
  outer: undefined,
  loop: undefined,
  names: undefined,
  partials: undefined,
  partialBlock: undefined,
})

/** The scope of a block or partial that is about another value. */
export const innerScope = (
  scope: Scope,
  { value, path }: Found,
  { loop, names }: Partial<Pick<Scope, 'loop' | 'names'>> = {},
): Scope => ({ ...scope, value, path, outer: scope, loop, names })

/** The same scope, with inline partials. */
export const withPartials = (scope: Scope, defined: ReadonlyMap<string, Render>): Scope => ({
  ...scope,
  partials: { defined, outer: scope.partials },
})

/**
 * The inline partial of a name: that of the innermost block which defines one.
 *
 * @throws TemplateError if that is one step too many
 */
export function findPartial(run: Run, { partials }: Scope, name: string): Render | undefined {
  for (let at = partials; at !== undefined; at = at.outer) {
    run.stepAlong([name])
    const found = at.defined.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

type Path = hbs.AST.PathExpression

/** A variable as templates write it, with what it begins with: `../Location.City`. */
export function written({ parts, original }: Path): string {
  if (parts.length === 0) return original
  const [prefix] = /^@?(?:\.\.?\/|this[./])*/.exec(original)!
  return prefix + new LookupPath(parts).written
}

const nothing: Found = { value: undefined }

/**
 * Prepares the lookup of a variable. A name that is not found in a scope is looked up in the outer
 * ones, as Handlebars.java does (assumed), unless it is written with `this.` or `./`.
 */
export function locator(node: Path): (run: Run, scope: Scope) => Found {
  const { parts, depth, data, original } = node
  if (data) return loopVariable(parts, depth)
  const path = new LookupPath(parts)
  const isOnlyHere = depth === 0 && /^(\.|this\b)/.test(original)
  const [first = '', ...others] = parts
  const rest = new LookupPath(others)
  return (run, start) => {
    let scope: Scope | undefined = start
    for (let count = depth; count > 0 && scope !== undefined; count--) scope = scope.outer
    if (parts.length === 0) return scope === undefined ? nothing : thisOf(scope)
    for (; scope !== undefined; scope = scope.outer) {
      run.stepAlong(parts)
      const { layers, names } = scope
      const named =
        names !== undefined && Object.hasOwn(names, first)
          ? member(run, layers, names[first]!, rest)
          : nothing
      const found = named.value === undefined ? member(run, layers, scope, path) : named
      if (found.value !== undefined || isOnlyHere) return found
    }
    return nothing
  }
}

/** Prepares the lookup of a variable's value, as `locator` does. */
export function variable(node: Path): (run: Run, scope: Scope) => unknown {
  const locate = locator(node)
  return (run, scope) => locate(run, scope).value
}

/**
 * Looks a path up in a value. In one that the layers have, each layer is asked for the whole path:
 * so substitutions win inside of blocks, too, over the map that the block is about.
 */
export function member(run: Run, layers: Layers, of: Found, path: LookupPath): Found {
  if (of.path === undefined) return { value: memberOf(of.value, path.parts) }
  if (path.parts.length === 0) return { value: of.value, path: of.path }
  const whole = path.in(of.path)
  if (whole !== path) {
    run.stepAlong(whole.parts)
    // Making its keys takes some eight texts of this length.
    run.step(Math.floor(whole.written.length / 4))
  }
  return { value: layers.find(whole), path: whole }
}

/** What `this` is; at the top, all variables. */
const thisOf = ({ layers, value, path }: Scope): Found =>
  path?.parts.length === 0 ? { value: layers.merged(), path } : { value: memberOf(value, []), path }

/** `@index` and its like, `@../index` of the loop around, and `@root`, the top scope. */
function loopVariable([name = '', ...others]: string[], depth: number): (run: Run, scope: Scope) => Found {
  const rest = new LookupPath(others)
  return (run, start) => {
    run.stepAlong(others)
    if (name === 'root') {
      const { layers } = start
      return others.length === 0
        ? { value: layers.merged(), path: root }
        : { value: layers.find(rest), path: rest }
    }
    let loops = depth
    for (let scope: Scope | undefined = start; scope !== undefined; scope = scope.outer) {
      if (scope.loop === undefined || loops-- > 0) continue
      return { value: Object.hasOwn(scope.loop, name) ? memberOf(scope.loop[name], others) : undefined }
    }
    return nothing
  }
}

/** Prepares the lookup of one member whose name is computed. */
export const memberPath = (name: string): LookupPath => new LookupPath([name])
