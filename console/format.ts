const counts = new Intl.NumberFormat('en')
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** `1,000,000`; an unknown number is `-`. */
export const count = (value: number | undefined): string => (value === undefined ? '-' : counts.format(value))

/** `1 endpoint`, `2 endpoints`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `512 B`, `1.5 MiB`. */
export function bytes(value: number | undefined): string {
  if (value === undefined) return '-'
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${oneDigit.format(value)} ${units[unit]}`
}

/** `940 ms`, `1.24 s`, `2 min 5 s`, `3 h 20 min`, `4 d 2 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  const hours = Math.round(minutes / 60)
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Cuts a long id in its middle: `0123…cdef`. */
export const cutId = (id: string, most = 14): string =>
  id.length <= most
    ? id
    : `${id.slice(0, Math.ceil((most - 1) / 2))}…${id.slice(-Math.floor((most - 1) / 2))}`

/**
 * What an application is called: by its id where its name is only spaces, as nobody would see a link to it.
 */
export const appName = (name: string, id: string): string => (name.trim() === '' ? id : name)

/** `FOO_BAR` in small letters and words: `foo bar`. */
export const words = (name: string): string => name.toLowerCase().replaceAll('_', ' ')

/** The first line of a text, cut at its end if it is longer. */
export function cutText(text: string, most: number): string {
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1)
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`
}
