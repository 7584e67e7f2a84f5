import { type EventSource, eventOfRecord, makeRecord } from '../../delivery/events/event-source.ts'
import { endpointContext, withoutIds } from '../../delivery/events/send-events.ts'
import type { EndpointResponse } from '../../model/endpoint.ts'
import type { NewEvents } from '../../model/event-record.ts'
import { readInstant } from '../../model/iso-time.ts'
import type { SentEvent } from './check-event.ts'

/**
 * The record of an event that an app reports (source: guide; endpoint: as in other records,
 * assumed).
 *
 * @param endpointId as the endpoint was created, where there is one: ids are compared regardless
 *   of case (source: guide)
 * @param event one that is accepted
 * @param endpoint as it is once the call has changed it; undefined where there is none
 */
export function reportedEvent(
  source: EventSource,
  endpointId: string,
  event: SentEvent,
  endpoint: EndpointResponse | undefined,
): NewEvents {
  const { Attributes = {}, Metrics = {}, Session } = event
  const record = makeRecord(source, event.EventType!, endpointId, {
    event_timestamp: readInstant(event.Timestamp!)!,
    application: {
      app_id: source.app.id,
      ...given({
        package_name: event.AppPackageName,
        title: event.AppTitle,
        version_code: event.AppVersionCode,
      }),
      sdk: given({ name: event.SdkName, version: event.ClientSdkVersion }),
    },
    device: deviceOf(endpoint),
    session: Session === undefined ? {} : sessionOf(Session),
    attributes: Attributes,
    metrics: Metrics,
    ...(endpoint !== undefined && endpointContext(withoutIds(endpoint))),
  })
  return { ...eventOfRecord(record), endpoint: endpointId, isReported: true }
}

function deviceOf(endpoint: EndpointResponse | undefined): object {
  const { Make, Model, Locale, Platform, PlatformVersion } = endpoint?.Demographic ?? {}
  return {
    ...given({ make: Make, model: Model }),
    ...(Locale && { locale: { code: Locale } }),
    platform: given({ name: Platform, version: PlatformVersion }),
  }
}

function sessionOf({
  Id,
  StartTimestamp,
  StopTimestamp,
  Duration,
}: NonNullable<SentEvent['Session']>): object {
  return {
    session_id: Id,
    start_timestamp: readInstant(StartTimestamp!),
    ...(StopTimestamp && { stop_timestamp: readInstant(StopTimestamp) }),
    ...(Duration !== undefined && { duration: Duration }),
  }
}

/** A copy without members that are undefined or empty. */
const given = (members: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).flatMap(([name, value]) => (value ? [[name, value]] : [])))
