import type { LiveEvents } from '../../server/control/live/shapes.ts'
import type { Fetched } from '../api/fetched.ts'
import { useLive, useReloadAtRemoval } from '../api/live.ts'
import { useOverlay } from '../api/overlay.ts'
import { type NewRowsState, useNewRows } from './new-rows.tsx'
import type { ListPage } from './paged-table.tsx'

/** What has happened to the items of a list since it was read. */
interface Changes<Event> {
  /** The latest event of each item, by its id. */
  events: ReadonlyMap<string, Event>
  /** Those that are not in the list. */
  newRows: NewRowsState
}

/**
 * Follows the items of an application's list by the live feed. The list is read again when one of
 * them was deleted.
 *
 * @param kind of their events
 * @param page the page of the list that is shown
 */
export function useChanges<K extends 'campaign' | 'journey'>(
  kind: K,
  app: string,
  page: Fetched<ListPage<{ Id: string }>>,
): Changes<LiveEvents[K]> {
  const events = useOverlay<ReadonlyMap<string, LiveEvents[K]>>(kind, page.value, new Map())
  const newRows = useNewRows(kind, page, ({ Id }) => Id)
  useReloadAtRemoval(page.reload, kind)
  useLive(kind, event => {
    if (event.app !== app) return
    events.value = new Map(events.value).set(event.id, event)
    if (event.isNew) newRows.add([event.id])
  })
  return { events: events.value, newRows }
}
