import { readInstant } from '../../model/iso-time.ts'
import type { JourneyResponse, JourneySchedule } from '../../model/journey.ts'
import type { Journey } from '../../store/journeys/journeys.ts'

/**
 * A journey as it is answered: what was sent, with its ids, dates and state. There are no tags, since
 * AWS's own code creates a journey from the answer of another one (source: observed). Schedule is
 * always there (source: observed). Its times are in UTC, as SDKs were seen to fail on others.
 */
export function answerJourney(journey: Journey): JourneyResponse {
  const { app, id, creationDate, lastModifiedDate, state, definition } = journey
  return {
    ...definition,
    ApplicationId: app.id,
    CreationDate: creationDate,
    Id: id,
    LastModifiedDate: lastModifiedDate,
    Schedule: answerSchedule(definition.Schedule),
    State: state,
  }
}

function answerSchedule({ StartTime, EndTime, Timezone }: JourneySchedule = {}): JourneySchedule {
  return {
    ...(StartTime && { StartTime: inUtc(StartTime) }),
    ...(EndTime && { EndTime: inUtc(EndTime) }),
    ...(Timezone && { Timezone }),
  }
}

const inUtc = (time: string): string => new Date(readInstant(time)!).toISOString().replace('.000Z', 'Z')
