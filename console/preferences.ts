import { effect, type Signal, signal } from '@preact/signals'

/** What the reader has set for this browser. */
interface Preferences {
  /** Follows the system unless it says one of the two. */
  theme: 'system' | 'light' | 'dark'
  /** Times in UTC instead of local time. */
  utc: boolean
  /** Keys without Ctrl, such as `j` and `k`. */
  singleKeys: boolean
  /** Lower rows. */
  compact: boolean
}

const keyOf = (name: string) => `pinpoint-local.${name}`

const defaults: Preferences = { theme: 'system', utc: false, singleKeys: true, compact: false }

const signals = Object.fromEntries(
  Object.entries(defaults).map(([name, value]) => [name, signal(read(name) ?? value)]),
) as { [Name in keyof Preferences]: Signal<Preferences[Name]> }

/** One of the settings. It is kept as soon as it is changed. */
export const setting = <Name extends keyof Preferences>(name: Name): Signal<Preferences[Name]> =>
  signals[name]

function read(name: string): unknown {
  try {
    const text = localStorage.getItem(keyOf(name))
    return text === null ? undefined : JSON.parse(text)
  } catch {
    // Storage may be switched off, or hold what another version has kept.
    return undefined
  }
}

/** Keeps what is set, and shows it. Called once. */
export function startPreferences(): void {
  for (const [name, value] of Object.entries(signals)) {
    effect(() => {
      const text = JSON.stringify(value.value)
      try {
        localStorage.setItem(keyOf(name), text)
      } catch {
        // Then it holds for this page only.
      }
    })
  }
  effect(() => {
    const { dataset } = document.documentElement
    dataset.theme = signals.theme.value
    dataset.rows = signals.compact.value ? 'compact' : 'normal'
  })
}
