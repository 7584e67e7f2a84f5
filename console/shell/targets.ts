import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api/calls.ts'
import type { AppOverviews } from '../api/types.ts'
import { place, to } from '../router.ts'
import { mainPages } from './places.ts'

/** Something to go to. */
export interface Target {
  name: string
  kind: string
  icon: string
  address: string
}

const pages: Target[] = mainPages.map(({ name, icon, address }) => ({ name, icon, address, kind: 'page' }))

/**
 * What a text may mean: pages and applications whose names have it, and whatever has it as its id.
 * Ids are looked up a moment after the last key.
 */
export function useTargets(text: string): Target[] {
  const apps = useSignal<Target[]>([])
  const byId = useSignal<Target[]>([])
  useEffect(() => {
    get<AppOverviews>('apps?page-size=1000').then(
      ({ items }) => {
        apps.value = items.map(({ id, name }) => application(id, name))
      },
      // The pages are there without them.
      () => {},
    )
  }, [apps])
  useEffect(() => {
    byId.value = []
    if (text.length < 3) return
    const abort = new AbortController()
    const timer = setTimeout(async () => {
      const found = await Promise.all(lookups(text).map(lookup => tryOne(lookup, abort.signal)))
      if (!abort.signal.aborted) byId.value = found.flat()
    }, 150)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [text, byId])
  const needle = text.toLowerCase()
  const named = [...pages, ...apps.value].filter(
    ({ name, address }) =>
      name.toLowerCase().includes(needle) || (needle.length > 2 && address.includes(needle)),
  )
  return [...byId.value, ...named].slice(0, 12)
}

const application = (id: string, name: string): Target => ({
  name,
  kind: 'application',
  icon: 'layers',
  address: to`apps/${id}`,
})

type Lookup = [call: string, target: Target]

/** The calls that tell whether something has the id `text`. */
function lookups(text: string): Lookup[] {
  const [first, app] = place.value.path
  const inApp = first === 'apps' ? app : undefined
  const found: Lookup[] = [
    [to`messages/${text}`, { name: text, kind: 'message', icon: 'inbox', address: to`outbox/${text}` }],
    [to`requests/${text}`, { name: text, kind: 'request', icon: 'radio', address: to`requests/${text}` }],
  ]
  if (inApp !== undefined) {
    const kinds: [path: string, console: string, kind: string, icon: string][] = [
      ['endpoints', 'endpoints', 'endpoint', 'smartphone'],
      ['users', 'users', 'user', 'user'],
      ['jobs/import', 'import-jobs', 'import job', 'list'],
      ['jobs/export', 'export-jobs', 'export job', 'list'],
      ['segments', 'segments', 'segment', 'users'],
      ['campaigns', 'campaigns', 'campaign', 'megaphone'],
      ['journeys', 'journeys', 'journey', 'route'],
    ]
    for (const [path, shown, kind, icon] of kinds) {
      found.push([
        `v1/apps/${encodeURIComponent(inApp)}/${path}/${encodeURIComponent(text)}`,
        { name: text, kind, icon, address: `${to`apps/${inApp}`}/${shown}/${encodeURIComponent(text)}` },
      ])
    }
  }
  return found
}

async function tryOne([call, target]: Lookup, signal: AbortSignal): Promise<Target[]> {
  try {
    await get(call, signal)
    return [target]
  } catch {
    return []
  }
}
