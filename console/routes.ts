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
const routes: Route[] = [{ path: '', load: () => import('./pages/start.tsx') }]

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
