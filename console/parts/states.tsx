import type { ComponentChildren } from 'preact'
import { CallError } from '../api/errors.ts'
import type { Fetched } from '../api/fetched.ts'
import { entriesOf, mainPages, pagesOf } from '../menu-entries.ts'
import { place } from '../router.ts'
import { Icon } from './icon.tsx'
import { Pager } from './pager.tsx'

/** What a page shows where there is nothing yet: what it is for, and how to begin. */
export const Empty = ({
  icon,
  title,
  children,
}: {
  icon: string
  title: string
  children?: ComponentChildren
}) => (
  <div class="empty">
    <Icon name={icon} class="large" />
    <p class="empty-title">{title}</p>
    {children}
  </div>
)

/** A call that failed: the call, the emulator's words, the request id, and a button to try again. */
export const ErrorBox = ({ error, retry }: { error: Error; retry?: (() => void) | undefined }) => (
  <div class="error-box" role="alert">
    <Icon name="circle-x" />
    <div>
      <p>{error.message}</p>
      {error instanceof CallError && (
        <p class="meta">
          <code>{error.call}</code>
          {error.exception && ` · ${error.exception}`}
          {error.requestId && ` · request ${error.requestId}`}
        </p>
      )}
    </div>
    {retry && (
      <button type="button" class="button" onClick={retry}>
        <Icon name="refresh-cw" />
        Try again
      </button>
    )}
  </div>
)

/**
 * Shows what was read; before that, that it is being read; or why it could not be.
 *
 * @param isPage whether it is what the page is about: where there is no such thing, it says what to do
 * @param isPaged whether it is the page of a list that the address names by `token`: where that cannot
 *   be read, the first page may be
 */
export function Loaded<T>({
  from,
  isPage = false,
  isPaged = false,
  children,
}: {
  from: Fetched<T>
  isPage?: boolean
  isPaged?: boolean
  children: (value: T) => ComponentChildren
}) {
  const { value, error, reload } = from
  if (isPage && error?.status === 404) return <Gone words={error.message} />
  return (
    <>
      {error && <ErrorBox error={error} retry={reload} />}
      {value !== undefined ? children(value) : !error && <Loading />}
      {value === undefined && error && isPaged && <Pager label="Pages of the list" nextToken={undefined} />}
    </>
  )
}

/** In the place of what a page is about, where that is not there: why, and where there is more. */
function Gone({ words }: { words: string }) {
  const { path } = place.value
  const [first, app] = path
  const { main, inApp } = entriesOf(path)
  const isItem = path.length > (first === 'apps' ? 3 : 1)
  const list = [...mainPages, ...(app === undefined ? [] : pagesOf(app))].find(
    ({ address }) => isItem && address === (inApp ?? main),
  )
  return (
    <div role="alert">
      <Empty icon="trash" title="This is not there">
        <p>{words}.</p>
        <p>
          It may have been deleted, or removed by a reset or a restored snapshot; or the emulator was
          restarted without its data.
        </p>
        <p class="actions">
          {list && <a href={list.address}>{`All ${list.name.toLowerCase()}`}</a>}
          {(list === undefined || first === 'apps') && <a href=".">All applications</a>}
        </p>
      </Empty>
    </div>
  )
}

/** Shown only after a moment, so that what is quick does not flicker. */
export const Loading = () => <p class="loading">Loading …</p>
