/**
 * Reads an ISO 8601 time with a time zone, with up to six digits of a second: imports by AWS's own code carry
 * microseconds (observed).
 *
 * @returns milliseconds since 1970; undefined when the text is no such time
 */
export function readInstant(text: string): number | undefined {
  const parts = text.match(/^(\d{4})-(\d\d)-(\d\d)T(?!24)\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$/)
  if (parts === null) return undefined
  // V8 takes the 31st of any month, and goes on into the next; so it does with the hour 24.
  const daysInMonth = new Date(Date.UTC(Number(parts[1]), Number(parts[2]), 0)).getUTCDate()
  const instant = Date.parse(text)
  return Number.isNaN(instant) || Number(parts[3]) > daysInMonth ? undefined : instant
}
