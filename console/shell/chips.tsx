import { useEffect, useRef } from 'preact/hooks'
import { announce } from '../announce.tsx'
import { clock, connection, pause } from '../api/live.ts'
import { tokenAsked } from '../api/session.ts'
import { Icon } from '../parts/icon.tsx'
import { setting } from '../preferences.ts'
import { clockTime, now, realNow } from '../time.ts'

/** The emulator's clock, where it is not simply the machine's. */
export function ClockChip() {
  if (clock.value === undefined || clock.value.mode === 'real') return null
  return (
    <a class="chip tone-warn" href="clock" title={`The emulator's clock is ${clock.value.mode}`}>
      <Icon name="clock" />
      <span>{`${clockTime(now.value, realNow.value)} ${clock.value.mode}`}</span>
    </a>
  )
}

/** Whether the page follows what happens; the button stops that, and lets it go on. */
export function ConnectionChip() {
  const { state, ...rest } = connection.value
  const since = 'since' in rest ? clockTime(rest.since.getTime(), realNow.value) : ''
  const hadStopped = useRef(false)
  useEffect(() => {
    if (state === 'connecting') return
    const hasStopped = state === 'lost' || state === 'paused'
    if (hasStopped)
      announce(`${state === 'lost' ? 'Disconnected' : 'Paused'}. What is shown is as of ${since}.`)
    else if (hadStopped.current && state === 'live') announce('Live.')
    hadStopped.current = hasStopped
  }, [state, since])
  if (state === 'lost') {
    return (
      <span class="chip tone-fail" title={`The emulator does not answer. What is shown is as of ${since}.`}>
        <Icon name="plug" />
        Disconnected <span>as of {since}</span>
      </span>
    )
  }
  if (state === 'refused') {
    return (
      <button
        type="button"
        class="chip tone-fail"
        onClick={() => {
          tokenAsked.value = true
        }}
      >
        <Icon name="key-round" />
        Enter the token
      </button>
    )
  }
  const paused = state === 'paused'
  return (
    <button
      type="button"
      class={`chip ${paused ? 'tone-warn' : state === 'live' ? 'tone-done' : 'tone-wait'}`}
      title={paused ? 'Follow what happens (.)' : 'Stop following what happens (.)'}
      aria-keyshortcuts="."
      onClick={() => pause(!paused)}
    >
      <Icon name={paused ? 'play' : 'radio'} />
      <span>{paused ? `Paused, as of ${since}` : state === 'live' ? 'Live' : 'Connecting'}</span>
    </button>
  )
}

const themes = { system: 'monitor', light: 'sun', dark: 'moon' } as const
const names = Object.keys(themes) as (keyof typeof themes)[]

/** Goes from the system's colours to light ones, dark ones, and back. */
export function ThemeButton() {
  const theme = setting('theme')
  const next = names[(names.indexOf(theme.value) + 1) % names.length]!
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Colours: ${theme.value}. Change to ${next}`}
      title={`Colours: ${theme.value}`}
      onClick={() => {
        theme.value = next
      }}
    >
      <Icon name={themes[theme.value]} />
    </button>
  )
}
