/** How far the behaviour of an operation is known. */
export interface Evidence {
  /**
   * How it is known, the strongest evidence first:
   *
   * - observed: real answers of Pinpoint were seen, or clients and code of AWS that rely on them
   * - guide: AWS's guides or the API reference describe it
   * - model: only the service model has it: method, URI, status and shapes
   */
  known: 'observed' | 'guide' | 'model'
  /** What is assumed nevertheless, in short; comments in the code mark each rule. */
  assumed: string
}

const observed = (assumed: string): Evidence => ({ known: 'observed', assumed })
const guide = (assumed: string): Evidence => ({ known: 'guide', assumed })
const model = (assumed: string): Evidence => ({ known: 'model', assumed })

/** The evidence for all operations; the first name that matches counts. */
const evidence: readonly (readonly [operations: RegExp, evidence: Evidence])[] = [
  [/^(Create|Delete|Get)App$|^GetApps$/, observed('the order of the list')],
  [/ApplicationSettings$/, observed('`{}` clears, and bounds of limits')],
  [/ImportJobs?$/, observed('the order of statuses, the texts of failures, and how files are recognized')],
  [/ExportJobs?$/, guide('the names of objects, and failures')],
  [/^GetInAppMessages$/, guide('which campaigns are answered')],
  [/^(RemoveAttributes|GetUserEndpoints|DeleteUserEndpoints)$/, guide('the texts of errors')],
  [/^(Get|Update|Delete)Endpoint$|^UpdateEndpointsBatch$/, observed('most texts of errors')],
  [/Segment(s|Versions?)?$/, guide('how dimensions are combined, and the texts of errors')],
  [/(Tag|Untag)Resource$|^ListTagsForResource$/, guide('the texts of errors')],
  [
    /^(CreateCampaign|GetCampaigns?)$/,
    observed('the order of filters, treatments by cohort, and the texts of most errors'),
  ],
  [/^(UpdateCampaign|DeleteCampaign|GetCampaignActivities)$/, guide('what can be changed, and what follows')],
  [/^GetCampaignVersions?$/, model('the order of the list, and the state of old versions')],
  [/Kpi$/, guide('the keys of most values, and whether rates are fractions')],
  [
    /^(CreateJourney|GetJourney|UpdateJourney)$/,
    observed('the texts of most errors, and that an update replaces a draft'),
  ],
  [/^(ListJourneys|DeleteJourney)$/, model('the order of the list, and what a deletion ends')],
  [/Journey/, guide('the names of most counters of activities')],
  [/^PutEvents$/, observed('which limits refuse an event, and which the call')],
  [/EventStream$/, guide('the texts of errors')],
  [
    /^(Get|Update)(Apns|ApnsSandbox|Email|Gcm|Sms|Voice)Channel$|^GetChannels$/,
    observed('what a second update clears'),
  ],
  [/^Delete\w+Channel$/, guide('the answer, which has the last state')],
  [/Channel$/, model('answers as those of other push channels')],
  [
    /^Send(Users)?Messages$/,
    observed('answers for OPT_OUT, DUPLICATE and unknown endpoints, and variables without a value'),
  ],
  [/^SendOTPMessage$/, observed('defaults, errors, and that a resend replaces the code')],
  [/^VerifyOTPMessage$/, guide('that a code is used up')],
  [/^PhoneNumberValidate$/, guide('carriers and places, which cannot be known')],
  [
    /^(Create|Get)SmsTemplate$|^(Create|Get|Update|Delete)EmailTemplate$/,
    observed('the texts of errors, and the engine that renders'),
  ],
  [/Template/, guide('the texts of errors, the order of lists, and the engine that renders')],
  [/Recommender/, guide('the texts of errors, and what is recommended: a test says it')],
]

/**
 * How far the behaviour of an operation of Pinpoint is known.
 *
 * @throws Error for any other name
 */
export function evidenceOf(operation: string): Evidence {
  const found = evidence.find(([operations]) => operations.test(operation))
  if (found === undefined) throw new Error(`${operation} has no evidence: add it to evidence.ts`)
  return found[1]
}
