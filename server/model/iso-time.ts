/** The first and the last instant that ISO 8601 writes with a year of four digits. */
const [earliest, latest] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')]

/**
 * Reads an ISO 8601 time with a time zone. It may have no seconds, as AWS's samples for Java write it, or
 * any number of decimals: AWS's own code imports microseconds, and Java's Instant has nine (source:
 * observed). Those behind the third do not count. In UTC, too, its year has to have four digits, as it is
 * kept and answered in UTC.
 *
 * @returns milliseconds since 1970; undefined for any other text
 */
export function readInstant(text: string): number | undefined {
  const parts = text.match(/^(\d{4})-(\d\d)-(\d\d)T(?!24)\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/)
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
 * Reads what an attribute has as its time: an ISO 8601 date, which is its beginning, or a date and time, also
 * with a space between them. Without a time zone it is in UTC (assumed).
 *
 * @returns milliseconds since 1970; undefined for any other text
 */
export function readTime(text: string): number | undefined {
  const parts = text.match(/^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:[\d:.]+)(Z|[+-]\d\d:?\d\d)?)?$/)
  if (parts === null) return undefined
  const [, date, time = '00:00', zone = 'Z'] = parts
  return readInstant(`${date}T${time}${zone}`)
}
