import { createHash } from 'node:crypto'

/** So many ids or names: a prefix, and a number from `from` on. */
export const numbered = (prefix: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${from + index}`)

/** A CSV file of endpoints with these ids, each with an e-mail address. */
export const csvOf = (...ids: (string | string[])[]): string =>
  ['Id,ChannelType,Address', ...ids.flat().map(id => `${id},EMAIL,${id}@example.com`), ''].join('\n')

/** The same as newline-delimited JSON. */
export const ndjsonOf = (...ids: (string | string[])[]): string =>
  ids
    .flat()
    .map(Id => `${JSON.stringify({ Id, ChannelType: 'EMAIL', Address: `${Id}@example.com` })}\n`)
    .join('')

/** One endpoint of a generated file, or a line that cannot be imported. */
type Row = { id: string; values: Record<string, string> } | { broken: 'csv' | 'json' }

const channels = ['EMAIL', 'SMS', 'GCM', 'APNS', 'CUSTOM'] as const
const columns = [
  'Id',
  'ChannelType',
  'Address',
  'OptOut',
  'User.UserId',
  'User.UserAttributes.town',
  'Attributes.likes',
  'Attributes.likes',
  'Metrics.age',
  'Location.Country',
]

/** An id that stands in no order, so that nothing can lean on the order of a file. */
export const idOf = (index: number): string =>
  `e-${createHash('md5').update(String(index)).digest('hex').slice(0, 12)}`

/**
 * Rows in which everything happens that makes an import more than a copy: bad rows of several kinds,
 * endpoints that come twice, addresses and users that are shared, users with too many endpoints, text that is
 * not ASCII.
 */
function* rows(count: number): Generator<Row> {
  for (let index = 0; index < count; index++) {
    const channel = channels[index % channels.length]!
    const values: Record<string, string> = {
      ChannelType: channel,
      Address: index % 41 === 0 ? `shared-${index % 3}@example.com` : `ä${index}@example.com`,
      'User.UserId': index % 53 === 0 ? `crowd-${index % 2}` : `user-${index % 9000}`,
      'User.UserAttributes.town': `Köln-${index % 7}`,
      'Attributes.likes': `tea, ${index % 5}`,
      'Metrics.age': String(index % 90),
      'Location.Country': 'DE',
    }
    // Every 20th is one that came before, with a change.
    const id = index % 20 === 19 ? idOf(Math.floor(index / 2)) : idOf(index)
    if (index % 97 === 3) values.OptOut = 'PERHAPS'
    if (index % 97 === 40) values.Address = ''
    if (index % 97 === 60) values.ChannelType = 'PIGEON'
    if (index % 97 === 80) yield { broken: index % 2 === 0 ? 'csv' : 'json' }
    else yield { id, values }
  }
}

const cell = (text = '') => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** A CSV file of about this many endpoints. */
export function csvFile(count: number): string {
  const lines = [columns.join(',')]
  for (const row of rows(count)) {
    if ('broken' in row) lines.push('"never closed,EMAIL,x@example.com')
    else {
      const { id, values } = row
      lines.push(
        columns.map((column, at) => (at === 7 ? 'both' : cell({ Id: id, ...values }[column]))).join(','),
      )
    }
  }
  return `${lines.join('\r\n')}\r\n`
}

/** The same as newline-delimited JSON. */
export function ndjsonFile(count: number): string {
  const lines: string[] = []
  for (const row of rows(count)) {
    if ('broken' in row) lines.push('{Id: "no quotes"}')
    else {
      const { id: Id, values } = row
      lines.push(
        JSON.stringify({
          Id,
          ChannelType: values.ChannelType,
          ...(values.Address !== '' && { Address: values.Address }),
          ...(values.OptOut && { OptOut: values.OptOut }),
          User: {
            UserId: values['User.UserId'],
            UserAttributes: { town: [values['User.UserAttributes.town']] },
          },
          Attributes: { likes: [values['Attributes.likes'], 'both'] },
          Metrics: { age: Number(values['Metrics.age']) },
        }),
      )
    }
  }
  return lines.join('\n')
}
