/**
 * An entry of an import job's `Failures` (contract).
 *
 * @param line from 1; null or undefined if the failure belongs to no line
 */
export const failureText = (object: string, line: number | null | undefined, reason: string): string =>
  `${object}${line == null ? '' : ` line ${line}`}: ${reason}`
