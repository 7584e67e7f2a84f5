import type { ComponentType } from 'preact'

/** What a page gets: the parts of the path that the route names. */
// biome-ignore lint/suspicious/noExplicitAny: each page names its own parameters.
type PageComponent = ComponentType<any>

interface Route {
  /** Segments between slashes; one that begins with `:` may be anything, and is given by that name. */
  path: string
  load: () => Promise<{ default: PageComponent }>
}

/** Every page of the console. A page is loaded when it is first gone to. */
export const routes: Route[] = [
  { path: '', load: () => import('./pages/start/start.tsx') },
  { path: 'apps/:app', load: () => import('./pages/apps/overview.tsx') },
  { path: 'apps/:app/channels', load: () => import('./pages/apps/channels.tsx') },
  { path: 'apps/:app/import', load: () => import('./pages/import/import.tsx') },
  { path: 'jobs', load: () => import('./pages/jobs/jobs.tsx') },
  { path: 'apps/:app/jobs', load: () => import('./pages/jobs/app-jobs.tsx') },
  { path: 'apps/:app/import-jobs/:job', load: () => import('./pages/jobs/import-job.tsx') },
  { path: 'apps/:app/export-jobs/:job', load: () => import('./pages/jobs/export-job.tsx') },
  { path: 'apps/:app/endpoints', load: () => import('./pages/endpoints/endpoints.tsx') },
  { path: 'apps/:app/endpoints/:endpoint', load: () => import('./pages/endpoints/endpoint.tsx') },
  { path: 'apps/:app/users', load: () => import('./pages/endpoints/users.tsx') },
  { path: 'apps/:app/users/:user', load: () => import('./pages/endpoints/user.tsx') },
  { path: 'apps/:app/segments', load: () => import('./pages/segments/segments.tsx') },
  { path: 'apps/:app/segments/:segment', load: () => import('./pages/segments/segment.tsx') },
  { path: 'apps/:app/campaigns', load: () => import('./pages/campaigns/campaigns.tsx') },
  { path: 'apps/:app/campaigns/:campaign', load: () => import('./pages/campaigns/campaign.tsx') },
  { path: 'apps/:app/journeys', load: () => import('./pages/journeys/journeys.tsx') },
  { path: 'apps/:app/journeys/:journey', load: () => import('./pages/journeys/journey.tsx') },
  { path: 'outbox', load: () => import('./pages/outbox/outbox.tsx') },
  { path: 'outbox/:message', load: () => import('./pages/outbox/message.tsx') },
  { path: 'templates', load: () => import('./pages/templates/templates.tsx') },
  { path: 'templates/:kind/:template', load: () => import('./pages/templates/template.tsx') },
  { path: 'requests', load: () => import('./pages/requests/requests.tsx') },
  { path: 'requests/:request', load: () => import('./pages/requests/request.tsx') },
  { path: 'faults', load: () => import('./pages/faults/faults.tsx') },
  { path: 'clock', load: () => import('./pages/clock/clock.tsx') },
  { path: 'state', load: () => import('./pages/state/state.tsx') },
  { path: 'usage', load: () => import('./pages/usage/usage.tsx') },
  { path: 'settings', load: () => import('./pages/settings/settings.tsx') },
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
