/** Why the emulator cannot start: one sentence for the person who starts it, printed without a stack. */
export class StartError extends Error {
  override name = 'StartError'
}
