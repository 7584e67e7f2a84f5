import type { LiveEvents } from '../../server/control/live/shapes.ts'
import type { ListPage } from '../parts/paged-table.tsx'
import type { Fetched } from './fetched.ts'
import { useLive } from './live.ts'
import { useOverlay } from './overlay.ts'

/** What has happened to the items of a list since it was read. */
interface Changes<Event> {
  /** The latest event of each item, by its id. */
  events: ReadonlyMap<string, Event>
  /** How many items are not in the list. */
  unseen: number
  /** Reads the list anew. */
  show: () => void
}

/**
 * Follows the items of an application's list by the live feed.
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
  useLive(kind, event => {
    if (event.app === app) events.value = new Map(events.value).set(event.id, event)
  })
  const items = page.value?.items
  const isUnseen = (id: string) => items?.every(({ Id }) => Id !== id) ?? false
  return {
    events: events.value,
    unseen: [...events.value.keys()].filter(isUnseen).length,
    show: () => {
      events.value = new Map()
      page.reload()
    },
  }
}
