/** Why the emulator cannot start: one sentence for the person who starts it, printed without a stack. */
export class StartError extends Error {
  override name = 'StartError'
}

/** What a person types to stop a process. */
export const stopCommand = (pid: number): string =>
  process.platform === 'win32' ? `taskkill /F /PID ${pid}` : `kill ${pid}`
