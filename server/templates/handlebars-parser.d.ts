/// <reference types="handlebars" />

/** The parser of Handlebars.js without its compiler: the package declares types for all of it only. */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  /**
   * Reads a template into its syntax tree, with the white space removed that Handlebars removes.
   *
   * @throws Error when the template is malformed
   */
  export function parse(text: string): hbs.AST.Program

  export const parser: { lexer: Lexer; terminals_: Record<number, string> }

  interface Lexer {
    yy: object
    /** The text of the latest token. */
    match: string
    /** Where the latest token is; lines from 1, columns from 0. */
    yylloc: { first_line: number; first_column: number; last_line: number; last_column: number }
    /** What remains after the latest token. */
    _input: string
    /** Which rules apply; the last one counts. */
    conditionStack: string[]
    setInput(text: string): void
    /**
     * @returns the name of the next token, or the number of the one that ends the template
     * @throws Error when no token begins here
     */
    lex(): string | number
  }
}
