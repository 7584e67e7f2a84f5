import { statSync } from 'node:fs'
import { parseHost, withoutFinalDot } from './host-names.ts'
import { originOf } from './web-origins.ts'

// Each reads the text of a setting: it gives the value, or throws a sentence that says what the text must be.

/** Reads a whole number within bounds. */
export function wholeNumber(min: number, max: number) {
  return (text: string) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    throw new Error(`a whole number from ${min} to ${max}`)
  }
}

/** Reads true or false, also as 1 or 0. */
export function yesOrNo(text: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw new Error('true or false')
}

/** Reads on as true, off as false. */
export function onOrOff(text: string): boolean {
  return oneOf('on', 'off')(text) === 'on'
}

/** Reads one of a few words. */
export function oneOf<const T extends string>(...values: T[]) {
  return (text: string): T => {
    const found = values.find(value => value === text)
    if (found === undefined) throw new Error(`one of ${values.join(', ')}`)
    return found
  }
}

/**
 * Reads a text of some form.
 *
 * @param what says what the form is
 */
export function matching(pattern: RegExp, what: string) {
  return (text: string) => {
    if (!pattern.test(text)) throw new Error(what)
    return text
  }
}

/** Reads pairs of key ids and secrets, as `id:secret,id:secret`. */
export function keyPairs(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map(pair => pair.trim().match(/^([^\s:/]+):(\S+)$/))
  const keys = new Map(pairs.map(pair => [pair?.[1] ?? '', pair?.[2] ?? '']))
  if (pairs.includes(null) || keys.size < pairs.length) {
    throw new Error('pairs such as id:secret,id:secret, each id once and without a slash')
  }
  return keys
}

/**
 * Reads a list of items with commas between them, each by `read` or `*` alone.
 *
 * @param what says what the items must be, where one of them is not
 */
export function list(read: (item: string) => string | undefined, what: string) {
  return (text: string): ReadonlySet<string> => {
    const items = text.split(',').map(item => item.trim())
    const values = items.map(item => {
      if (item === '*') return item
      return item.includes('*') ? undefined : read(item)
    })
    if (values.includes(undefined)) throw new Error(`${what}, with commas between them`)
    return new Set(values as string[])
  }
}

/** Reads the name of a host, as a Host header may have it, in lower case; undefined if it is none. */
export function hostName(text: string): string | undefined {
  const host = parseHost(text)
  return host && withoutFinalDot(host.hostname)
}

/** Reads a web origin, as browsers write it; undefined if it is none. */
export function webOrigin(text: string): string | undefined {
  const url = URL.parse(text)
  const isOrigin = url !== null && /^[a-z][a-z\d+.-]*:\/\/[^/?#@\\]+\/?$/i.test(text)
  return isOrigin ? originOf(url) : undefined
}

/** Reads the path of a folder. */
export function existingFolder(text: string): string {
  if (!statSync(text, { throwIfNoEntry: false })?.isDirectory()) throw new Error('a folder that exists')
  return text
}

/** Reads the path of a file or a folder. */
export function existingPath(text: string): string {
  if (statSync(text, { throwIfNoEntry: false }) === undefined)
    throw new Error('a file or a folder that exists')
  return text
}

/** Reads the URL of an HTTP server. */
export function httpUrl(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw new Error('a URL such as http://127.0.0.1:9000')
  return text
}

/** Reads the URL of a mail server. */
export function smtpUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new Error('a URL such as smtp://127.0.0.1:1025')
  }
  return text
}
