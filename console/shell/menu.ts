import { effect, signal } from '@preact/signals'
import { place } from '../router.ts'

/**
 * Whether the menu is open in a narrow window, where it covers the page. In a wide one it is always
 * beside the page.
 */
export const menuOpen = signal(false)

/** Closes the menu, and gives the focus back to its button. */
export function closeMenu(): void {
  menuOpen.value = false
  document.querySelector<HTMLElement>('.menu-button')?.focus()
}

/** Closes the menu when a link is followed, or when the window becomes wide. Called once. */
export function startMenu(): void {
  const close = () => {
    menuOpen.value = false
  }
  effect(() => {
    place.value
    close()
  })
  // The same width as in styles/layout.css.
  window.matchMedia('(max-width: 1000px)').addEventListener('change', close)
}
