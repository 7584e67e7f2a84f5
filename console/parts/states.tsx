import type { ComponentChildren } from 'preact'
import { CallError } from '../api/errors.ts'
import type { Fetched } from '../api/fetched.ts'
import { Icon } from './icon.tsx'

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

/** Shows what was read; before that, that it is being read; or why it could not be. */
export function Loaded<T>({
  from,
  children,
}: {
  from: Fetched<T>
  children: (value: T) => ComponentChildren
}) {
  const { value, error, reload } = from
  return (
    <>
      {error && <ErrorBox error={error} retry={reload} />}
      {value !== undefined ? children(value) : !error && <Loading />}
    </>
  )
}

/** Shown only after a moment, so that what is quick does not flicker. */
export const Loading = () => <p class="loading">Loading …</p>
