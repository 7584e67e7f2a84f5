import type { SentMessage } from '../delivery/events/message-events.ts'
import type { EndpointResponse } from '../model/endpoint.ts'
import type { SendStatus } from '../model/event-record.ts'
import type { SendsKey } from '../store/audience/endpoint-sends.ts'
import type { Participant, Place } from '../store/journeys/journey-participants.ts'
import type { Journey } from '../store/journeys/journeys.ts'
import type { MemberRef } from '../store/segments/members.ts'

/** A participant with its endpoint as it is now. */
export interface LoadedParticipant extends Participant {
  current: EndpointResponse
  /** By what limits count the endpoint. */
  key: SendsKey
  /** By what segments find it. */
  ref: MemberRef
}

/** What has become of a participant at its activity. */
export interface Outcome {
  participant: Participant
  /** Where it is next; undefined if it leaves. */
  next: Place | undefined
  /** Counters of the activity. */
  counted?: string[]
  message?: SentMessage
  /** Who the message was for, as limits count it. */
  sentTo?: SendsKey
  /** What the event stream is told beside the message. */
  told?: { endpoint: EndpointResponse; statuses: SendStatus[] }
  /** Conditions on events that are met now. */
  met?: string[]
}

/**
 * The place where a participant goes on at once.
 *
 * @param key of the next activity; empty or undefined at the end of a path
 */
export const arriveAt = ({ shift }: Journey, key: string | undefined, now: Date): Place | undefined =>
  key ? { activity: key, phase: 'arrived', due: now.getTime() - shift, isFixed: false } : undefined
