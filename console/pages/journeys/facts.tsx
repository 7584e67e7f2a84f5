import type { JourneyResponse } from '../../../server/model/journey.ts'
import { count, plural } from '../../format.ts'
import { Id } from '../../parts/copy.tsx'
import { eventWords } from '../../parts/dimensions.ts'
import { durationWords } from '../../parts/durations.ts'
import { Fact, Facts } from '../../parts/facts.tsx'
import { SegmentLink } from '../../parts/segment-link.tsx'
import { Time } from '../../parts/time.tsx'

/** What a journey says besides its activities, in words. */
export const JourneyFacts = ({ app, journey }: { app: string; journey: JourneyResponse }) => (
  <Facts>
    <Fact name="Id">
      <Id id={journey.Id} whole />
    </Fact>
    <Fact name="Who enters">
      <Entry app={app} journey={journey} />
    </Fact>
    <Fact name="Schedule">
      <Schedule {...journey} />
    </Fact>
    <Fact name="New members">{refreshWords(journey)}</Fact>
    <Fact name="Limits of an endpoint">{limitWords(journey)}</Fact>
    <Fact name="Quiet time">{quietWords(journey)}</Fact>
    <SendingHours {...journey} />
  </Facts>
)

function Entry({ app, journey: { StartCondition = {} } }: { app: string; journey: JourneyResponse }) {
  const { SegmentStartCondition, EventStartCondition } = StartCondition
  if (SegmentStartCondition) {
    return (
      <>
        The members of <SegmentLink app={app} id={SegmentStartCondition.SegmentId} />
      </>
    )
  }
  if (!EventStartCondition) return <>Nobody: there is no StartCondition</>
  const { EventFilter, SegmentId } = EventStartCondition
  return (
    <>
      The endpoint of {EventFilter ? eventWords(EventFilter.Dimensions) : 'an event'}
      {SegmentId && (
        <>
          , if it is in <SegmentLink app={app} id={SegmentId} />
        </>
      )}
    </>
  )
}

function Schedule({ Schedule = {}, LocalTime }: JourneyResponse) {
  const { StartTime, EndTime, Timezone } = Schedule
  return (
    <>
      {StartTime ? (
        <>
          From <Time at={StartTime} exact />
        </>
      ) : (
        'From when it is published'
      )}
      {EndTime && (
        <>
          {' until '}
          <Time at={EndTime} exact />
        </>
      )}
      {Timezone && ` (${Timezone})`}
      {LocalTime && ', by the clocks of each endpoint'}
    </>
  )
}

function refreshWords({ RefreshFrequency, RefreshOnSegmentUpdate, StartCondition }: JourneyResponse): string {
  if (StartCondition?.EventStartCondition) return 'Enter with each event'
  if (!RefreshFrequency) return 'Do not enter later'
  const often = `Enter at each refresh, every ${durationWords(RefreshFrequency)}`
  return RefreshOnSegmentUpdate ? `${often}, and when the segment has a new version` : often
}

function limitWords({ Limits = {} }: JourneyResponse): string {
  const { DailyCap, EndpointReentryCap, EndpointReentryInterval, MessagesPerSecond, TimeframeCap, TotalCap } =
    Limits
  const words = [
    DailyCap && `${plural(DailyCap, 'message')} in 24 hours`,
    TotalCap && `${plural(TotalCap, 'message')} in all`,
    TimeframeCap?.Cap &&
      `${plural(TimeframeCap.Cap, 'message')} in ${plural(TimeframeCap.Days ?? 0, 'day')}, of all journeys`,
    EndpointReentryCap === 0 && 'enters any number of times',
    EndpointReentryCap && `enters ${plural(EndpointReentryCap, 'time')}`,
    EndpointReentryInterval && `${durationWords(EndpointReentryInterval)} between its entries`,
    MessagesPerSecond && `${count(MessagesPerSecond)} messages a second, to all endpoints`,
  ].filter(Boolean)
  return words.join('; ') || 'None of its own'
}

function quietWords({ QuietTime, WaitForQuietTime }: JourneyResponse): string {
  if (!QuietTime?.Start || !QuietTime.End) return 'None'
  const held = WaitForQuietTime ? 'messages are held until it is over' : 'messages are dropped'
  return `${QuietTime.Start} to ${QuietTime.End}, where the endpoint is; ${held}`
}

function SendingHours({ SendingSchedule, OpenHours = {}, ClosedDays = {} }: JourneyResponse) {
  if (!SendingSchedule) return null
  const open = Object.entries(OpenHours).flatMap(([channel, days]) =>
    Object.entries(days ?? {}).map(([day, rules]) => {
      const hours = rules.map(({ StartTime, EndTime }) => `${StartTime} to ${EndTime}`)
      return `${channel} on ${capitalized(day)} ${hours.join(', ')}`
    }),
  )
  const closed = Object.entries(ClosedDays).flatMap(([channel, rules]) =>
    (rules ?? []).map(
      ({ Name, StartDateTime, EndDateTime }) =>
        `${channel} closed${Name ? ` for ${Name}` : ''} ${StartDateTime} to ${EndDateTime}`,
    ),
  )
  return (
    <Fact name="Sending hours">
      <ul>
        {[...open, ...closed].map(line => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {open.length + closed.length === 0 && 'Always open'}
    </Fact>
  )
}

const capitalized = (day: string) => day[0]! + day.slice(1).toLowerCase()
