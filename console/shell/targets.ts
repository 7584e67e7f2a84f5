import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from '../api/calls.ts'
import type { AppOverview, AppOverviews, TemplatesResponse } from '../api/types.ts'
import { appName } from '../format.ts'
import { type Entry, mainPages, pagesOf } from '../menu-entries.ts'
import { isAbove, place, to } from '../router.ts'

/** Something to go to. */
export interface Target {
  name: string
  kind: string
  icon: string
  address: string
}

/** Targets that are shown. */
const maxTargets = 12

/**
 * What a text may mean: pages, applications and their pages by a part of their names, templates by
 * the beginning of theirs, and whatever has the text as its id. The emulator is asked for templates
 * and ids a moment after the last key; what it finds is added as it comes.
 */
export function useTargets(text: string): { targets: Target[]; isLooking: boolean } {
  const apps = useSignal<AppOverview[]>([])
  const found = useSignal<Target[]>([])
  /** What was looked up to its end. */
  const done = useSignal<string | undefined>(undefined)
  useEffect(() => {
    get<AppOverviews>('apps?page-size=1000').then(
      ({ items }) => {
        apps.value = items.map(app => ({ ...app, name: appName(app.name, app.id) }))
      },
      // The pages are there without them.
      () => {},
    )
  }, [apps])
  // Ids are looked up again once the applications are known.
  const known = apps.value
  useEffect(() => {
    found.value = []
    done.value = undefined
    if (text === '' || isAbove(text)) {
      done.value = text
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      const byId = lookups(text, known).map(lookup => tryOne(lookup, abort.signal))
      const answers: Target[][] = []
      const all = [findTemplates(text, abort.signal), ...byId]
      Promise.all(all).then(() => {
        if (!abort.signal.aborted) done.value = text
      })
      for (const [index, asked] of all.entries()) {
        asked.then(targets => {
          if (targets.length === 0 || abort.signal.aborted) return
          answers[index] = targets
          found.value = answers.flat()
        })
      }
    }, 150)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [text, known, found, done])
  const rank = rankFor(text)
  return {
    targets: [...found.value, ...findByName(text, known)]
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, maxTargets),
    isLooking: done.value !== text,
  }
}

/** What is called exactly so comes first, then what begins so. */
function rankFor(text: string): (target: Target) => number {
  const needle = text.toLowerCase()
  return ({ name }) => {
    const lower = name.toLowerCase()
    return lower === needle ? 0 : lower.startsWith(needle) ? 1 : 2
  }
}

/** As ids of messages are. */
const isNumber = (text: string): boolean => /^\d+$/.test(text)

const page = ({ name, icon, address }: Entry, of?: string): Target => ({
  name,
  icon,
  address,
  kind: of === undefined ? 'page' : `page of ${of}`,
})

const application = ({ id, name }: AppOverview): Target => ({
  name,
  kind: 'application',
  icon: 'layers',
  address: to`apps/${id}`,
})

/** The application that the present page belongs to. */
function currentApp(): string | undefined {
  const [first, app] = place.value.path
  return first === 'apps' ? app : undefined
}

/**
 * Pages and applications by a part of their names. The pages of another application than the present
 * one are found by words of both: `shop jobs`.
 */
function findByName(text: string, apps: AppOverview[]): Target[] {
  const needle = text.toLowerCase()
  const words = needle.split(/\s+/)
  const current = apps.find(({ id }) => id === currentApp())
  const pages = (app: AppOverview) => pagesOf(app.id).map(entry => page(entry, app.name))
  const named = [
    ...(current === undefined ? [] : pages(current)),
    ...mainPages.map(entry => page(entry)),
    ...apps.map(application),
  ].filter(
    ({ name, kind, address }) =>
      name.toLowerCase().includes(needle) ||
      (kind === 'application' && needle.length > 2 && address.includes(needle)),
  )
  const others =
    words.length < 2
      ? []
      : apps
          .filter(app => app !== current)
          .flatMap(pages)
          .filter(({ name, kind }) => words.every(word => `${kind} ${name}`.toLowerCase().includes(word)))
  return [...named, ...others]
}

async function findTemplates(text: string, signal: AbortSignal): Promise<Target[]> {
  const query = new URLSearchParams({ prefix: text, 'page-size': '5' })
  const { Item } = await get<TemplatesResponse>(`v1/templates?${query}`, signal).catch(() => ({ Item: [] }))
  return Item.map(({ TemplateName, TemplateType }) => ({
    name: TemplateName,
    kind: `${TemplateType} template`,
    icon: 'file-text',
    address: to`templates/${TemplateType.toLowerCase()}/${TemplateName}`,
  }))
}

/** What an application has by ids: its path in Pinpoint's API and in the console, and how many there are. */
interface IdKind {
  kind: string
  icon: string
  path: string
  shown: string
  count: (app: AppOverview) => number
  /** Whether the caller chooses the ids; else they are 32 hexadecimal digits. */
  anyText?: boolean
}

const idKinds: IdKind[] = [
  {
    kind: 'endpoint',
    icon: 'smartphone',
    path: 'endpoints',
    shown: 'endpoints',
    anyText: true,
    count: ({ endpoints }) => endpoints.total,
  },
  {
    kind: 'user',
    icon: 'user',
    path: 'users',
    shown: 'users',
    anyText: true,
    count: ({ users }) => users,
  },
  {
    kind: 'import job',
    icon: 'list',
    path: 'jobs/import',
    shown: 'import-jobs',
    count: ({ importJobs }) => importJobs,
  },
  {
    kind: 'export job',
    icon: 'list',
    path: 'jobs/export',
    shown: 'export-jobs',
    count: ({ exportJobs }) => exportJobs,
  },
  {
    kind: 'segment',
    icon: 'users',
    path: 'segments',
    shown: 'segments',
    count: ({ segments }) => segments,
  },
  {
    kind: 'campaign',
    icon: 'megaphone',
    path: 'campaigns',
    shown: 'campaigns',
    count: ({ campaigns }) => campaigns,
  },
  {
    kind: 'journey',
    icon: 'route',
    path: 'journeys',
    shown: 'journeys',
    count: ({ journeys }) => journeys,
  },
]

/** Applications that are asked for an id: the present one, then the newest. */
const maxAsked = 10

type Lookup = [call: string, target: Target]

/** The calls that tell whether something has the id `text`: messages, calls, and what applications hold. */
function lookups(text: string, apps: AppOverview[]): Lookup[] {
  const id = encodeURIComponent(text)
  const current = currentApp()
  const isHex = /^[0-9a-f]{32}$/.test(text)
  const kinds = idKinds.filter(({ anyText }) => anyText || isHex)
  const overviews = new Map(apps.map(app => [app.id, app]))
  const asked = [...new Set([...(current === undefined ? [] : [current]), ...overviews.keys()])]
  const inApp = (app: string): Lookup[] => {
    const overview = overviews.get(app)
    const of = app === current || overview === undefined ? '' : ` of ${overview.name}`
    return kinds
      .filter(({ count }) => overview === undefined || count(overview) > 0)
      .map(({ kind, icon, path, shown }) => [
        `${to`v1/apps/${app}`}/${path}/${id}`,
        { name: text, kind: kind + of, icon, address: `${to`apps/${app}`}/${shown}/${id}` },
      ])
  }
  const found: Lookup[] = [
    [to`requests/${text}`, { name: text, kind: 'request', icon: 'radio', address: to`requests/${text}` }],
  ]
  if (isNumber(text)) {
    const address = to`outbox/${text}`
    found.push([to`messages/${text}`, { name: text, kind: 'message', icon: 'inbox', address }])
  }
  return [...found, ...asked.slice(0, maxAsked).flatMap(inApp)]
}

async function tryOne([call, target]: Lookup, signal: AbortSignal): Promise<Target[]> {
  try {
    await get(call, signal)
    return [target]
  } catch {
    return []
  }
}
