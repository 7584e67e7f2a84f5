import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { go, place, withQuery } from '../router.ts'
import { Icon } from './icon.tsx'

/** Whether the first page of the list is shown that the address names by `token`. */
export const isFirstPage = (): boolean => !place.value.query.has('token')

/** Shows what is new in a list: its first page, read again. */
export const showFirstPage = (reload: () => Promise<void>): Promise<void> | void =>
  isFirstPage() ? reload() : go(withQuery({ token: undefined }))

/** Milliseconds until old rows are dimmed: that takes a browser as long as to draw rows that come at once. */
const dimAfter = 120

/**
 * The rows of a page of a list; dimmed, and out of reach, while it takes long to read another page.
 *
 * @param isOld whether another page is being read
 */
export function PageRows({ isOld, children }: { isOld: boolean; children: ComponentChildren }) {
  const [isDimmed, setDimmed] = useState(false)
  useEffect(() => {
    if (!isOld) return
    const timer = setTimeout(() => setDimmed(true), dimAfter)
    return () => {
      clearTimeout(timer)
      setDimmed(false)
    }
  }, [isOld])
  return (
    <div class="paged" aria-busy={isOld} inert={isDimmed}>
      {children}
    </div>
  )
}

/**
 * Links to the first and to the next page of a list; nothing if it is all on one page.
 *
 * @param label says which list, to screen readers
 */
export const Pager = ({ label, nextToken }: { label: string; nextToken: string | undefined }) =>
  isFirstPage() && nextToken === undefined ? null : (
    <nav class="pager" aria-label={label}>
      {!isFirstPage() && (
        <a class="button" href={withQuery({ token: undefined })}>
          <Icon name="arrow-left" />
          First page
        </a>
      )}
      {nextToken !== undefined && (
        <a class="button" rel="next" href={withQuery({ token: nextToken })}>
          Next page
          <Icon name="arrow-right" />
        </a>
      )}
    </nav>
  )
