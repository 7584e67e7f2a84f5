import type { ComponentChildren } from 'preact'
import { type Entry, entriesOf, mainPages, pagesOf } from '../menu-entries.ts'
import { Icon } from '../parts/icon.tsx'
import { place } from '../router.ts'
import { ClockChip, ConnectionChip, ThemeButton } from './chips.tsx'
import { menuOpen } from './menu.ts'
import { openPalette } from './palette.tsx'
import { UploadChip } from './upload-chip.tsx'

/** The frame of every page: where one can go, what time it is, and whether the page is live. */
export function Layout({ children }: { children: ComponentChildren }) {
  const { main, inApp } = entriesOf(place.value.path)
  return (
    <>
      {!menuOpen.value && (
        <button
          type="button"
          class="skip"
          onClick={() => {
            const heading = document.querySelector<HTMLElement>('main h1')
            ;(heading ?? document.querySelector('main'))?.focus()
          }}
        >
          Skip to the page
        </button>
      )}
      <header class="bar">
        <button
          type="button"
          class="icon-button menu-button"
          aria-label="Menu"
          aria-expanded={menuOpen.value}
          aria-controls="menu"
          onClick={() => {
            menuOpen.value = !menuOpen.value
          }}
        >
          <Icon name={menuOpen.value ? 'x' : 'menu'} />
        </button>
        <a class="brand" href=".">
          pinpoint-local
        </a>
        <button type="button" class="search-button" aria-keyshortcuts="Control+K" onClick={openPalette}>
          <Icon name="search" />
          <span>Go to an id, a name, a page</span>
          <kbd>Ctrl K</kbd>
        </button>
        <UploadChip />
        <ClockChip />
        <ConnectionChip />
        <ThemeButton />
      </header>
      <div class="columns">
        <nav id="menu" class={`menu ${menuOpen.value ? 'open' : ''}`} aria-label="Console">
          <Entries entries={mainPages} current={main} />
          {inApp !== undefined && (
            <>
              <h2 class="menu-head">Application</h2>
              <Entries entries={pagesOf(place.value.path[1]!)} current={inApp} />
            </>
          )}
        </nav>
        {/* Nobody should come to what the open menu covers. */}
        <main tabIndex={-1} inert={menuOpen.value}>
          {children}
        </main>
      </div>
    </>
  )
}

const Entries = ({ entries, current }: { entries: Entry[]; current: string }) => (
  <ul>
    {entries.map(({ name, icon, address }) => (
      <li key={name}>
        <a href={address || '.'} aria-current={address === current ? 'page' : undefined}>
          <Icon name={icon} />
          {name}
        </a>
      </li>
    ))}
  </ul>
)
