import { signal } from '@preact/signals'
import { connection, pause } from '../api/live.ts'
import { mainPages } from '../menu-entries.ts'
import { focusRow } from '../parts/table.tsx'
import { setting } from '../preferences.ts'
import { go, goBack, place } from '../router.ts'
import { closeMenu, menuOpen } from './menu.ts'
import { openPalette } from './palette.tsx'

/** Whether the list of keys is open. */
export const helpOpen = signal(false)

/** Runs while the last key was `g`, a moment ago. */
let going: number | undefined

/** Listens to keys. Called once. */
export function startKeys(): void {
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.altKey) return
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === 'k' && !event.shiftKey) {
        event.preventDefault()
        openPalette()
      }
      return
    }
    if (document.querySelector('dialog[open]') !== null) return
    if (isTyping(event.target)) {
      // Escape gives the keys back to the page.
      if (event.key === 'Escape') (event.target as HTMLElement).blur()
      return
    }
    if (event.key === 'Escape') {
      if (menuOpen.value) closeMenu()
      else if (place.value.path.length > 0) goBack(pageAbove())
      return
    }
    // The open menu covers the page.
    if (!menuOpen.value && setting('singleKeys').value && press(event.key)) event.preventDefault()
  })
}

/** @returns whether the key means something */
function press(key: string): boolean {
  if (going !== undefined) {
    window.clearTimeout(going)
    going = undefined
    const target = mainPages.find(page => page.key === key)
    if (target !== undefined) go(target.address)
    return target !== undefined
  }
  switch (key) {
    case 'g':
      going = window.setTimeout(() => {
        going = undefined
      }, 1500)
      return true
    case 'j':
    case 'k':
      return moveRow(key === 'j' ? 1 : -1)
    case '/':
      return focusSearch()
    case '.':
      pause(connection.value.state !== 'paused')
      return true
    case '?':
      helpOpen.value = true
      return true
    default:
      return false
  }
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.matches(
    'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]',
  )

/** The page above: the last one that is linked above the title, or else the first page. */
const pageAbove = () => document.querySelector<HTMLAnchorElement>('main .above a:last-child')?.href ?? ''

/** Moves the focus to the next row. */
function moveRow(step: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')]
  if (rows.length === 0) return false
  const at = rows.findIndex(row => row.contains(document.activeElement))
  const next = rows[at === -1 ? (step > 0 ? 0 : rows.length - 1) : at + step]
  if (next === undefined) return true
  focusRow(next)
  return true
}

/** The page's own search field, or else the one that finds everything. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLElement>('main input[type=search]')
  if (field === null) openPalette()
  else field.focus()
  return true
}
