/**
 * Gives the focus to a heading when what has had it is gone, as a button that did what it is for: the
 * heading of its section, or else that of the page. Without this, the next key would begin at the top
 * of the window. Called once.
 */
export function startFocus(): void {
  let last: Element | undefined
  let sections: Element[] = []
  let isByKey = false
  let isDue = false
  document.addEventListener('focusin', ({ target }) => {
    last = target as Element
    sections = [...document.querySelectorAll('main .section')].filter(section => section.contains(last!))
    isByKey = last.matches(':focus-visible')
  })
  const look = () => {
    isDue = false
    if (last === undefined || last.isConnected || document.activeElement !== document.body) return
    const section = sections.findLast(section => section.isConnected)
    focusHeading(section?.querySelector('h2') ?? document.querySelector('main h1'), !isByKey)
  }
  new MutationObserver(() => {
    if (isDue || last === undefined || last.isConnected) return
    isDue = true
    // After the effects of what is gone: a dialog gives the focus back to where it was.
    requestAnimationFrame(() => setTimeout(look))
  }).observe(document.body, { childList: true, subtree: true })
}

/** @param stays whether the page is not scrolled to it */
export function focusHeading(heading: HTMLElement | null, stays = false): void {
  if (heading === null) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: stays })
}
