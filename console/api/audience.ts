import { useRef } from 'preact/hooks'
import type { LiveEvents } from '../../server/control/live/shapes.ts'
import { useReload } from './live.ts'

/** Operations that change an application's endpoints, their users, or its segments. */
const writes = new Set<string | undefined>([
  'CreateSegment',
  'DeleteEndpoint',
  'DeleteSegment',
  'DeleteUserEndpoints',
  'PutEvents',
  'RemoveAttributes',
  'UpdateEndpoint',
  'UpdateEndpointsBatch',
  'UpdateSegment',
])

/**
 * Reloads what is shown of an application's endpoints, users and segments when others may have
 * changed them: after calls that write them, and when there are more or fewer, as while an import
 * runs. Writes of another tab of the console that change no number go unnoticed, as the feed tells
 * nothing of its calls.
 */
export function useAudienceReload(app: string, reload: () => unknown): void {
  const counted = useRef('')
  const isChanged = ({ endpoints, segments }: LiveEvents['counts']) => {
    const before = counted.current
    counted.current = JSON.stringify([endpoints, segments])
    return counted.current !== before
  }
  useReload<'counts' | 'job' | 'requests'>(reload, ['counts', 'job', 'requests'], event => {
    if (Array.isArray(event)) {
      const path = `/v1/apps/${encodeURIComponent(app)}/`
      return event.some(call => writes.has(call.operation) && call.status < 400 && call.path.includes(path))
    }
    if ('status' in event)
      return event.app === app && (event.status === 'COMPLETED' || event.status === 'FAILED')
    return event.id === app && isChanged(event)
  })
}
