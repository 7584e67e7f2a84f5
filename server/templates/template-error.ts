/** A position in a template; line and column are counted from 1. */
export interface Position {
  line: number
  column: number
}

/** Why a template does not render, and where. */
export interface TemplateFailure extends Position {
  message: string
}

/** A message in a length that can be read: names and values in it may have megabytes. */
export const cut = (message: string): string => (message.length > 500 ? `${message.slice(0, 500)}…` : message)

/**
 * Ends the parsing or rendering of a template. It never leaves this room: `render` answers it as a
 * failure.
 *
 * @param position where the fault is; without it, the tag that is being rendered
 */
export class TemplateError extends Error {
  override name = 'TemplateError'
  readonly position: Position | undefined

  constructor(message: string, position?: Position) {
    super(cut(message))
    this.position = position
  }
}
