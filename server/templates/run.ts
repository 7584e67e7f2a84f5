import { type Cost, checkLength, limits } from './limits.ts'
import { type Position, TemplateError } from './template-error.ts'

/** A variable that a template prints and that no layer has a value for; its position is the first one. */
export interface MissingVariable extends Position {
  /** As templates write it: `User.UserAttributes.[Last Name].[0]`. */
  name: string
}

/** What a rendering takes from outside, so that it is the same each time. */
export interface Surroundings {
  now: Date
  /** Makes a random UUID. */
  uuid: () => string
}

/** One rendering of a template: its output so far, and what it may still cost. */
export class Run {
  readonly surroundings: Surroundings
  readonly #cost: Cost
  readonly missing = new Map<string, MissingVariable>()
  /** The tag that is being rendered. */
  at: Position = { line: 1, column: 1 }
  text = ''
  #characters = 0
  #depth = 0

  /** @param cost of the templates of the same message that were rendered before; this one is added */
  constructor(surroundings: Surroundings, cost: Cost) {
    this.surroundings = surroundings
    this.#cost = cost
  }

  /** @throws TemplateError when the output becomes too long */
  write(text: string): void {
    this.#characters += text.length
    checkLength(this.#cost.characters + this.#characters)
    this.text += text
  }

  /**
   * Ends the rendering, and gives what it has written.
   *
   * @throws TemplateError when that is too long in UTF-8
   */
  end(): string {
    const texts = [...this.#cost.texts, this.text]
    const characters = this.#cost.characters + this.text.length
    // A unit of UTF-16 takes at most three bytes. To count them takes time.
    if (characters * 3 > limits.bytes) {
      checkLength(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0))
    }
    this.#cost.texts = texts
    this.#cost.characters = characters
    return this.text
  }

  /**
   * Writes what `render` writes, with an indent before each of its lines.
   *
   * @throws TemplateError when the output becomes too long; that is checked before it is made
   */
  writeIndented(indent: string, render: () => void): void {
    const before = this.text
    this.text = ''
    render()
    const text = this.text
    this.text = before
    this.#characters -= text.length
    if (text === '') return
    this.stepOver([text])
    const endsLine = text.endsWith('\n')
    const lines = endsLine ? text.slice(0, -1) : text
    const indented = lineBreaks(lines) + 1
    checkLength(this.#cost.characters + this.#characters + text.length + indented * indent.length)
    this.write(indent + lines.replaceAll('\n', `\n${indent}`) + (endsLine ? '\n' : ''))
  }

  miss(name: string, position: Position): void {
    if (!this.missing.has(name)) this.missing.set(name, { name, ...position })
  }

  /** @throws TemplateError when the rendering takes too many steps */
  step(count: number): void {
    this.#spend(8 * count)
  }

  #spend(eighths: number): void {
    this.#cost.eighths += eighths
    if (this.#cost.eighths > 8 * limits.steps) {
      throw new TemplateError(
        `the message takes more than ${limits.steps.toLocaleString('en')} steps to render`,
      )
    }
  }

  /** Counts the steps for reading or making values: a name in a map costs as much as 32 characters. */
  stepOver(values: readonly unknown[]): void {
    let characters = 4 * values.length
    for (const value of values) {
      if (typeof value === 'string') characters += value.length
      else if (Array.isArray(value)) for (const item of value) characters += 1 + (item?.length ?? 0)
      else if (typeof value === 'object' && value !== null) characters += 32 * Object.keys(value).length
    }
    this.step(1 + Math.floor(characters / 32))
  }

  /** Counts the steps for following a path in one scope: eight names cost one. */
  stepAlong(path: readonly string[]): void {
    this.#spend(path.length)
  }

  /**
   * Counts one more block or partial inside of those that are being rendered.
   *
   * @throws TemplateError when that goes too deep
   */
  enter(): void {
    if (++this.#depth <= limits.depth) return
    throw new TemplateError(
      `blocks and partials render more than ${limits.depth} deep: does a partial contain itself?`,
    )
  }

  leave(): void {
    this.#depth--
  }
}

function lineBreaks(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}
