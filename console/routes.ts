import type { ComponentType } from 'preact'

/** What a page gets: the parts of the path that the route names. */
// biome-ignore lint/suspicious/noExplicitAny: each page names its own parameters.
type PageComponent = ComponentType<any>

interface Route {
  /** Segments between slashes; one that begins with `:` may be anything, and is given by that name. */
  path: string
  load: () => Promise<PageComponent>
}

/** Loads a page with all others. */
const page = (name: keyof typeof import('./pages/pages.ts')) => async (): Promise<PageComponent> =>
  (await import('./pages/pages.ts'))[name]

/**
 * Every page of the console. All but the start page are one file, which is loaded when the first of
 * them is gone to: they have most of their parts in common, and in files of their own each would
 * wait for a dozen small ones.
 */
export const routes: Route[] = [
  { path: '', load: async () => (await import('./pages/start/start.tsx')).default },
  { path: 'apps/:app', load: page('OverviewPage') },
  { path: 'apps/:app/channels', load: page('ChannelsPage') },
  { path: 'apps/:app/import', load: page('ImportPage') },
  { path: 'jobs', load: page('JobsPage') },
  { path: 'apps/:app/jobs', load: page('AppJobsPage') },
  { path: 'apps/:app/import-jobs/:job', load: page('ImportJobPage') },
  { path: 'apps/:app/export-jobs/:job', load: page('ExportJobPage') },
  { path: 'apps/:app/endpoints', load: page('EndpointsPage') },
  { path: 'apps/:app/endpoints/:endpoint', load: page('EndpointPage') },
  { path: 'apps/:app/users', load: page('UsersPage') },
  { path: 'apps/:app/users/:user', load: page('UserPage') },
  { path: 'apps/:app/segments', load: page('SegmentsPage') },
  { path: 'apps/:app/segments/:segment', load: page('SegmentPage') },
  { path: 'apps/:app/campaigns', load: page('CampaignsPage') },
  { path: 'apps/:app/campaigns/:campaign', load: page('CampaignPage') },
  { path: 'apps/:app/journeys', load: page('JourneysPage') },
  { path: 'apps/:app/journeys/:journey', load: page('JourneyPage') },
  { path: 'outbox', load: page('OutboxPage') },
  { path: 'outbox/:message', load: page('MessagePage') },
  { path: 'templates', load: page('TemplatesPage') },
  { path: 'templates/:kind/:template', load: page('TemplatePage') },
  { path: 'requests', load: page('RequestsPage') },
  { path: 'requests/:request', load: page('RequestPage') },
  { path: 'faults', load: page('FaultsPage') },
  { path: 'clock', load: page('ClockPage') },
  { path: 'state', load: page('StatePage') },
  { path: 'usage', load: page('UsagePage') },
  { path: 'settings', load: page('SettingsPage') },
]

/** A route that was found, and the values of its parameters. */
export interface Found {
  route: Route
  params: Record<string, string>
}

/** Finds the route of a path; `undefined` if no page has it. */
export function findRoute(path: string[]): Found | undefined {
  for (const route of routes) {
    const parts = route.path.split('/').filter(Boolean)
    if (parts.length !== path.length) continue
    if (parts.some((part, index) => !part.startsWith(':') && part !== path[index])) continue
    const named = parts.flatMap((part, index) =>
      part.startsWith(':') ? [[part.slice(1), path[index]!]] : [],
    )
    return { route, params: Object.fromEntries(named) }
  }
  return undefined
}
