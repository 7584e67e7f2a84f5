import { CommanderError } from 'commander'
import { StartError } from '../process/start-error.ts'

/**
 * Why a command cannot be carried out as it was typed: a sentence for the one who typed
 * it, printed without a stack.
 */
export class UsageError extends Error {}

/**
 * Prints why a command could not be carried out, unless commander has printed it already.
 *
 * @returns the exit status: 2, or 0 after `--help`
 */
export function reportError(error: unknown, stderr: NodeJS.WritableStream): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const isExpected = error instanceof UsageError || error instanceof StartError
  stderr.write(`${isExpected ? error.message : (error as Error).stack}\n`)
  return 2
}
