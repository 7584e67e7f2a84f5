/**
 * What became of an operation when AWS ended Pinpoint: it goes on as part of AWS End User
 * Messaging, or it has ended.
 */
export interface Lifecycle {
  lifecycle: 'lives-on' | 'ended'
  /** The service, or the operation, that takes the place of an ended one, if there is one. */
  successor?: string
}

/** When AWS ended support of Pinpoint (source: guide). */
export const endOfSupport = '30 October 2026'

const livesOn: Lifecycle = { lifecycle: 'lives-on' }
const ended = (successor?: string): Lifecycle => ({
  lifecycle: 'ended',
  ...(successor !== undefined && { successor }),
})

const profiles = 'Amazon Connect Customer Profiles'
const outbound = 'Amazon Connect outbound campaigns'

/**
 * The lifecycle of all operations; the first name that matches counts. That SMS, voice, push,
 * one-time passwords and number validation go on, and the successors of endpoints, segments,
 * campaigns, journeys and events, are from the guide ("Amazon Pinpoint end of support"); the rest
 * is assumed.
 */
const lifecycles: readonly (readonly [operations: RegExp, lifecycle: Lifecycle])[] = [
  [/^((Create|Delete|Get)App|GetApps|GetChannels)$/, livesOn],
  [/^((Tag|Untag)Resource|ListTagsForResource)$/, livesOn],
  [/^(Delete|Get|Update)(Adm|Apns(Voip)?(Sandbox)?|Baidu|Gcm|Sms|Voice)Channel$/, livesOn],
  [/^(SendMessages|SendOTPMessage|VerifyOTPMessage|PhoneNumberValidate)$/, livesOn],
  [/EmailChannel$/, ended('Amazon SES')],
  [/Template/, ended('Amazon Connect message templates')],
  [/Recommender/, ended('Amazon Personalize')],
  [/EventStream$|^PutEvents$/, ended('Amazon Kinesis')],
  [/Campaign|Journey|Kpi$|ApplicationSettings$/, ended(outbound)],
  [/Endpoint|^RemoveAttributes$|Segment|(Import|Export)Jobs?$/, ended(profiles)],
  [/^SendUsersMessages$/, ended('SendMessages')],
  [/^GetInAppMessages$/, ended()],
]

/**
 * The lifecycle of an operation of Pinpoint.
 *
 * @throws Error for any other name
 */
export function lifecycleOf(operation: string): Lifecycle {
  const found = lifecycles.find(([operations]) => operations.test(operation))
  if (found === undefined) throw new Error(`${operation} has no lifecycle: add it to lifecycle.ts`)
  return found[1]
}
