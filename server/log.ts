import { destination, type Logger, pino } from 'pino'
import type { Config } from './config.ts'

/** Makes the log: for people where somebody looks on, else one JSON object a line. */
export async function createLog({ logLevel, logFormat }: Config): Promise<Logger> {
  // Without a way out, so that a process which hosts a silent emulator gets no listener for its exit.
  if (logLevel === 'silent') return pino({ level: logLevel }, { write() {} })
  const isPretty = logFormat === undefined ? process.stdout.isTTY === true : logFormat === 'pretty'
  // What comes while a line is being written goes out with the next write; what is left, at the end of the process.
  if (!isPretty) return pino({ level: logLevel }, destination({ sync: false }))
  const { default: pretty } = await import('pino-pretty')
  return pino(
    { level: logLevel },
    pretty({ ignore: 'pid,hostname,reqId', translateTime: 'HH:MM:ss.l', sync: true }),
  )
}
