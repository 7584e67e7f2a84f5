/** The first and the last instant that ISO 8601 writes with a year of four digits. */
const [earliest, latest] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')]

/**
 * Reads an ISO 8601 time with a time zone. A second may have up to six decimals: AWS's own code
 * imports microseconds (source: observed). In UTC, too, its year has to have four digits, as it is kept and answered
 * in UTC.
 *
 * @returns milliseconds since 1970; undefined for any other text
 */
export function readInstant(text: string): number | undefined {
  const parts = text.match(/^(\d{4})-(\d\d)-(\d\d)T(?!24)\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$/)
  if (parts === null) return undefined
  // V8 accepts the 31st of any month as a day of the next one, and likewise the hour 24.
  const daysInMonth = new Date(Date.UTC(Number(parts[1]), Number(parts[2]), 0)).getUTCDate()
  const instant = Date.parse(text)
  const isInRange = instant >= earliest && instant <= latest
  return isInRange && Number(parts[3]) <= daysInMonth ? instant : undefined
}

/**
 * Reads a date and time on the clocks of each endpoint, whatever zone it names (source: guide).
 *
 * @returns milliseconds since 1970 as if these clocks showed UTC; undefined for any other text
 */
export const readLocalTime = (text = ''): number | undefined =>
  readInstant(`${text.replace(/(Z|[+-]\d\d:?\d\d)$/, '')}Z`)

/**
 * Reads what an attribute has as its time: an ISO 8601 date, which is its beginning, or a date and time, also with a space
 * between them. Without a time zone it is in UTC (assumed). Decimals of a second behind the sixth are left out.
 *
 * @returns milliseconds since 1970; undefined for any other text
 */
export function readTime(text: string): number | undefined {
  const parts = text.match(
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:(\.\d{1,6})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?$/,
  )
  if (parts === null) return undefined
  const [, date, time = '00:00', seconds = '00', decimals = '', zone = 'Z'] = parts
  return readInstant(`${date}T${time}:${seconds}${decimals}${zone}`)
}
