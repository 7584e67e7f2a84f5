import { batch, signal } from '@preact/signals'

/** A place in the console: what its address says. */
export interface Place {
  /** Segments of the path below the console, decoded: `['apps', '0123…', 'jobs']`. */
  path: string[]
  query: URLSearchParams
}

/** What the history keeps of a place, to come back to it as it was left. */
interface Left {
  scroll?: number
  /** The address of the link, or the id of the element, that had the focus. */
  focus?: string | undefined
  /** Whether the place before this one is in the console too. */
  inside?: boolean
}

const base = new URL('.', document.baseURI)

/** The place that is shown. */
export const place = signal(readPlace())

/**
 * How the reader came to the present place. `start` is a load of the console, `back` any move through
 * the history. Each navigation is another object; an address that is only replaced is none.
 */
export const arrival = signal<{ by: 'start' | 'link' | 'back' }>({ by: 'start' })

function readPlace(): Place {
  const { pathname, search } = window.location
  const path = pathname.slice(base.pathname.length).split('/').filter(Boolean)
  return { path: path.map(decode), query: new URLSearchParams(search) }
}

/** A path that someone typed may have a bad escape; it is then taken as it stands. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/**
 * Writes an address of the console, relative to its base, with each value escaped:
 * `` to`apps/${app}/jobs/${job}` ``.
 */
export function to(strings: TemplateStringsArray, ...values: (string | number)[]): string {
  return String.raw({ raw: strings }, ...values.map(encodeURIComponent))
}

/** Whether a text as a part of a path would name what is above, and so can be no id in an address. */
export const isAbove = (text: string): boolean => text === '.' || text === '..'

/** What is said of such a text. */
export const whyNoAddress = 'No browser can ask for the ids . and ..: in an address, they mean what is above.'

/** Goes to an address that `to` has written; with `replace`, in place of the present one. */
export function go(address: string, { replace = false } = {}): void {
  const url = new URL(address || '.', base)
  if (replace) {
    history.replaceState(history.state, '', url)
    place.value = readPlace()
    return
  }
  remember()
  history.pushState({ inside: true } satisfies Left, '', url)
  arriveBy('link')
}

function arriveBy(by: 'link' | 'back'): void {
  batch(() => {
    arrival.value = { by }
    place.value = readPlace()
  })
}

/** Goes back to where the reader came from, or else to `otherwise`. */
export function goBack(otherwise: string): void {
  if ((history.state as Left | null)?.inside) history.back()
  else go(otherwise)
}

/** The present address with some parameters changed; `undefined` or empty removes one. */
export function withQuery(changes: Record<string, string | undefined>): string {
  const { path } = place.value
  const query = new URLSearchParams(place.value.query)
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  return path.map(encodeURIComponent).join('/') + (text && `?${text}`)
}

/** What the reader left behind at the present place, when it is come back to. */
export const leftHere = (): Left => (history.state as Left | null) ?? {}

function remember(): void {
  const element = document.activeElement
  const focus = element?.getAttribute('href') ?? (element?.id || undefined)
  history.replaceState({ ...leftHere(), scroll: window.scrollY, focus } satisfies Left, '')
}

/** Follows links inside the console without loading the page anew. Called once. */
export function startRouter(): void {
  history.scrollRestoration = 'manual'
  window.addEventListener('popstate', () => arriveBy('back'))
  // For a reload, and for who comes back from a file or another site.
  window.addEventListener('pagehide', remember)
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest('a')
    if (link === null || link.target || link.hasAttribute('download')) return
    if (!link.href.startsWith(base.href)) return
    event.preventDefault()
    go(link.href)
  })
}
