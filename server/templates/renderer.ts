import { compile } from './compile.ts'
import { type Cost, checkTokens, noCost } from './limits.ts'
import { type MissingVariable, Run, type Surroundings } from './run.ts'
import { type Render, topScope } from './scope.ts'
import { cut, type Position, TemplateError, type TemplateFailure } from './template-error.ts'
import { Layers, type TemplateValues } from './values.ts'

export type { MissingVariable, Position, TemplateFailure, TemplateValues }

/*
 * Renders templates as Pinpoint does. This room knows neither requests nor the store: template,
 * values and options go in; text, or a failure with its position, comes out. It brings the parser of
 * Handlebars.js, so import it dynamically, where a template is first rendered.
 */

/** How a template is rendered. */
export interface RenderOptions extends Surroundings {
  /** What a variable without a value does: `fail` the rendering, or leave a `blank`. */
  missingVariables: 'fail' | 'blank'
}

/** What a template renders to: a text, or why there is none. */
export type Rendering = (
  | { text: string; failure?: undefined }
  | { text?: undefined; failure: TemplateFailure }
) & {
  /** Variables that are printed and have no value, in the order in which they were met. */
  missing: MissingVariable[]
}

export interface Renderer {
  /**
   * Renders a template. It never throws, and gives the same for the same arguments.
   *
   * With `fail`, the first missing variable is the failure, in the words of SES (source: observed);
   * arguments of helpers and blocks may be missing (source: guide, which guards by `if`).
   */
  render(template: string, values: TemplateValues, options: RenderOptions): Rendering
  /**
   * Begins a message, which may have many templates: its subject, its text, its headers. The limits
   * hold for all of them together.
   *
   * @returns a function that renders them, one after the other, as `render` does
   */
  begin(values: TemplateValues, options: RenderOptions): (template: string) => Rendering
}

/** A template that was compiled, or why it cannot be; and how many tokens were read for it. */
type Compiled = { tokens: number } & ({ template: Render } | { failure: TemplateFailure })

/**
 * How many compiled templates a renderer keeps, and how many characters they have together: at least
 * those of one call, which has up to 7 MB, as it renders them for each of its recipients.
 */
const cacheLimits = { templates: 200, characters: 8_000_000 }

/** Creates a renderer, which keeps the templates that it compiled latest. */
export function createRenderer(): Renderer {
  /** By their texts; the one that was used last comes last. */
  const cache = new Map<string, Compiled>()
  let characters = 0

  function compiled(text: string): Compiled {
    const known = cache.get(text)
    if (known !== undefined) cache.delete(text)
    else characters += text.length
    const result = known ?? compileTemplate(text)
    cache.set(text, result)
    for (const [oldest] of cache) {
      if (cache.size <= cacheLimits.templates && characters <= cacheLimits.characters) break
      cache.delete(oldest)
      characters -= oldest.length
    }
    return result
  }

  const begin: Renderer['begin'] = (values, options) => {
    const layers = new Layers(values)
    const cost = noCost()
    return text => {
      try {
        // Before it is compiled, too: that takes most of the time.
        checkTokens(cost.tokens)
        const result = compiled(text)
        cost.tokens += result.tokens
        if ('failure' in result) return { failure: result.failure, missing: [] }
        checkTokens(cost.tokens)
        return renderTemplate(result.template, layers, options, cost)
      } catch (error) {
        return { failure: failureOf(error), missing: [] }
      }
    }
  }

  return { begin, render: (text, values, options) => begin(values, options)(text) }
}

function compileTemplate(text: string): Compiled {
  const cost = { tokens: 0 }
  try {
    return { template: compile(text, cost), tokens: cost.tokens }
  } catch (error) {
    return { failure: failureOf(error), tokens: cost.tokens }
  }
}

function renderTemplate(template: Render, layers: Layers, options: RenderOptions, cost: Cost): Rendering {
  const run = new Run(options, cost)
  let text: string
  try {
    template(run, topScope(layers))
    text = run.end()
  } catch (error) {
    return { failure: failureOf(error, run.at), missing: [...run.missing.values()] }
  }
  const missing = [...run.missing.values()]
  const [first] = missing
  if (first === undefined || options.missingVariables === 'blank') return { text, missing }
  const { name, line, column } = first
  return {
    failure: { message: cut(`Attribute '${name}' is not present in the rendering data.`), line, column },
    missing,
  }
}

/**
 * Why a template does not render. An error that is no TemplateError is a fault of this room: it must
 * fail this template alone, not the call or the campaign that renders it.
 *
 * @param at where the template was, for errors that know no position
 */
function failureOf(error: unknown, at: Position = { line: 1, column: 1 }): TemplateFailure {
  const { line, column } = (error instanceof TemplateError && error.position) || at
  const { message } = error as Error
  return {
    message: error instanceof TemplateError ? message : cut(`internal error: ${message}`),
    line,
    column,
  }
}
