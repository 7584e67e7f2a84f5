/**
 * What could not be imported, as a job's `Failures` name it (contract).
 *
 * @param line from 1; null or undefined where no line of the object shows it
 */
export const failureText = (object: string, line: number | null | undefined, reason: string): string =>
  `${object}${line == null ? '' : ` line ${line}`}: ${reason}`
