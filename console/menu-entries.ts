import { to } from './router.ts'

/** A page that the menu, the keys and the field "Go to" lead to. */
export interface Entry {
  name: string
  icon: string
  address: string
  /** The letter that leads there after `g`. */
  key?: string
}

/** The pages of the emulator as a whole. */
export const mainPages: Entry[] = [
  { name: 'Applications', icon: 'layers', address: '', key: 'a' },
  { name: 'Outbox', icon: 'inbox', address: 'outbox', key: 'o' },
  { name: 'Jobs', icon: 'list', address: 'jobs', key: 'j' },
  { name: 'Templates', icon: 'file-text', address: 'templates', key: 't' },
  { name: 'Requests', icon: 'radio', address: 'requests', key: 'r' },
  { name: 'Faults', icon: 'zap', address: 'faults', key: 'f' },
  { name: 'Clock', icon: 'clock', address: 'clock', key: 'c' },
  { name: 'State', icon: 'database', address: 'state', key: 's' },
  { name: 'Usage', icon: 'chart-column', address: 'usage', key: 'u' },
  { name: 'Settings', icon: 'settings', address: 'settings' },
]

/** The pages of an application. */
export const pagesOf = (app: string): Entry[] => [
  { name: 'Overview', icon: 'house', address: to`apps/${app}` },
  { name: 'Import', icon: 'download', address: to`apps/${app}/import` },
  { name: 'Jobs', icon: 'list', address: to`apps/${app}/jobs` },
  { name: 'Endpoints', icon: 'smartphone', address: to`apps/${app}/endpoints` },
  { name: 'Users', icon: 'user', address: to`apps/${app}/users` },
  { name: 'Segments', icon: 'users', address: to`apps/${app}/segments` },
  { name: 'Campaigns', icon: 'megaphone', address: to`apps/${app}/campaigns` },
  { name: 'Journeys', icon: 'route', address: to`apps/${app}/journeys` },
  { name: 'Channels', icon: 'plug', address: to`apps/${app}/channels` },
]

/** Pages of an application that belong to an entry with another name. */
const listOf: Record<string, string> = { 'import-jobs': 'jobs', 'export-jobs': 'jobs' }

/** The address of the entry that a path belongs to, and that of the entry in its application. */
export function entriesOf([first = '', app = '', of]: string[]): { main: string; inApp?: string } {
  if (first !== 'apps') return { main: first }
  return { main: '', inApp: to`apps/${app}` + (of === undefined ? '' : `/${listOf[of] ?? of}`) }
}
