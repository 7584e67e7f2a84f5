import { destination, type Logger, pino } from 'pino'
import { redact } from './redact.ts'
import type { Config } from './settings.ts'

/**
 * Makes the log: for people where somebody looks on, else one JSON object a line. A message says by
 * itself what people need to know; the other members are for programs, and only the stack of an
 * error is shown to people.
 */
export async function createLog({ logLevel, logFormat }: Config): Promise<Logger> {
  // Without a way out, so that a process which hosts a silent emulator gets no listener for its exit.
  if (logLevel === 'silent') return pino({ level: logLevel }, { write() {} })
  const options = { level: logLevel, hooks: { streamWrite: redact } }
  const isPretty = logFormat === undefined ? process.stdout.isTTY === true : logFormat === 'pretty'
  // What comes while a line is being written goes out with the next write; what is left,
  // at the end of the process.
  if (!isPretty) return pino(options, destination({ sync: false }))
  const { default: pretty } = await import('pino-pretty')
  return pino(
    options,
    pretty({
      include: 'time,level,err',
      messageFormat: ({ msg }) => onOneLine(String(msg)),
      translateTime: 'SYS:HH:MM:ss.l',
      sync: true,
    }),
  )
}

/** Characters of a message that a person is shown: some errors list everything that would be right. */
const maxMessage = 500

/** What a caller sent may hold line breaks, and what moves a terminal's cursor. */
function onOneLine(text: string): string {
  const printable = text.replace(/\p{Cc}+/gu, control => (/\s/.test(control) ? ' ' : '\ufffd'))
  return printable.length > maxMessage ? `${printable.slice(0, maxMessage)}…` : printable
}
