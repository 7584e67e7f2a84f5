/**
 * The quotas and limits of Pinpoint (source: the guide's quotas page, where no other is named).
 * Those of an account are enforced with `QUOTAS=on`: request rates, running imports, the size of an
 * import, and how many templates, versions of one, recommender configurations, campaigns and journeys
 * there are. All others are always enforced.
 */

/** Largest request body in bytes: the payload quota. */
export const maxBodyBytes = 7 * 1024 * 1024

/**
 * Longest path parameter in characters (assumed). Fastify's default of 100 is shorter than a segment's ARN.
 * Of characters that are escaped, some are counted as they are, others as three.
 */
export const maxPathParameterLength = 2048

/** Entries on a page of a list: where the caller names no number, and at most (both assumed). */
export const pageSize = { default: 100, max: 1000 } as const

/**
 * Requests per second, for the operations that have a quota of their own. The page had some
 * thousands for endpoints until 2023.
 */
const requestRates: Record<string, number> = {
  UpdateEndpoint: 10,
  UpdateEndpointsBatch: 2,
  GetEndpoint: 10,
  DeleteEndpoint: 5,
  CreateSegment: 25,
  UpdateSegment: 25,
  DeleteSegment: 25,
  CreateEmailTemplate: 10,
  CreatePushTemplate: 10,
  CreateInAppTemplate: 10,
  PhoneNumberValidate: 20,
  SendMessages: 4_000,
  SendUsersMessages: 6_000,
  PutEvents: 7_000,
}

/** Requests per second for every other operation. */
const otherRequestRate = 300

/** How many requests per second an account may make to an operation. */
export const requestRateOf = (operation: string): number => requestRates[operation] ?? otherRequestRate

/**
 * Import jobs of an account that are not COMPLETED or FAILED. The page about imports still says 2,
 * as the quotas page did until 2020.
 */
export const importJobsUnderWay = 10

/** Recommender configurations of an account. */
export const recommenderConfigurations = 100

/** What one import job may read: 1 GB in 10,000 files. */
export const importSize = { bytes: 1024 ** 3, objects: 10_000 }

/** Failures that GetImportJob names; the control API has all of them (source: guide). */
export const failuresShown = 100

/**
 * Of a recommender configuration: recommendations in a message; how many attributes a Lambda
 * function may return; and the characters of an attribute's name, of display names, and of Name and
 * Description (source: API reference).
 */
export const recommenderLimits = {
  recommendations: 5,
  attributes: 10,
  attributeName: 50,
  displayName: 25,
  name: 128,
  description: 128,
} as const

/** Tags of a resource: how many, and characters of a key and of a value (source: guide). */
export const tagLimits = { perResource: 50, key: 128, value: 256 } as const

/**
 * What an endpoint and a batch of endpoints may hold, lengths in characters (source: API reference
 * and quotas page).
 */
export const endpointLimits = {
  batch: 100,
  attributeName: 50,
  attributeValue: 100,
  /** Values of one attribute. */
  attributeValues: 50,
  endpointsPerUser: 15,
  /**
   * Different names of Attributes, Metrics and User.UserAttributes together, in one application;
   * so one of these maps cannot have more either.
   */
  customAttributes: 250,
  /** 15 KB (assumed: of JSON text, of all that GetEndpoint answers and a caller can set). */
  endpointBytes: 15 * 1024,
  demographic: { AppVersion: 50, Make: 50, Model: 100, ModelVersion: 50, Platform: 50, PlatformVersion: 50 },
  location: { City: 75, Region: 75 },
} as const

/**
 * The most that one segment may hold: dimensions in all of its groups together; groups, of which
 * the API reference allows one and the console makes two; sets of dimensions and source segments,
 * each in all groups together; and values of one dimension (all but dimensions assumed).
 */
export const segmentLimits = { dimensions: 100, groups: 5, sets: 100, sources: 100, values: 10_000 } as const

/**
 * Segments that a segment may be built on, directly or through others (assumed). Each is a nested
 * table to SQLite, which prepares a query with a hundred in 15 ms, and with three hundred in nearly a
 * second.
 */
export const maxSourceSegments = 100

/** The largest integer of the model, which has 32 bits. */
const maxInteger = 2 ** 31 - 1

/**
 * The smallest and the largest value of each limit that an application sets for its campaigns and
 * journeys (source: API reference; Session has none there).
 */
export const settingsBounds = {
  Limits: {
    Daily: [1, 100],
    MaximumDuration: [60, maxInteger],
    MessagesPerSecond: [1, 20_000],
    Session: [1, maxInteger],
    Total: [1, 100],
  },
  JourneyLimits: { DailyCap: [1, 100], TotalCap: [1, 100] },
  TimeframeCap: { Cap: [1, 100], Days: [1, 30] },
} as const

/** How many templates an account may have, and how many versions a template. */
export const templateCounts = { templates: 20_000, versions: 5_000 } as const

/**
 * The most that a template may hold: headers of an e-mail, characters of their names and of their
 * rendered values, contents of an in-app message (source: API reference), and pairs of a
 * CustomConfig, of which the console allows 10 (assumed).
 */
export const templateLimits = {
  headers: 15,
  headerName: 126,
  headerValue: 870,
  contents: 5,
  customConfig: 100,
} as const

/**
 * Characters of a template, by its type, in groups of members that have a limit together. All
 * strings in a member count (assumed).
 */
export const templateCharacters = {
  EMAIL: [{ members: ['Subject', 'HtmlPart', 'TextPart', 'Headers'], characters: 600_000 }],
  PUSH: [
    { members: ['Default'], characters: 4_000 },
    { members: ['ADM'], characters: 6_000 },
    { members: ['APNS'], characters: 4_000 },
    { members: ['Baidu'], characters: 4_000 },
    { members: ['GCM'], characters: 4_000 },
  ],
  SMS: [{ members: ['Body'], characters: 1_600 }],
  VOICE: [{ members: ['Body'], characters: 10_000 }],
  INAPP: [{ members: ['Content', 'CustomConfig'], characters: 200_000 }],
} as const

/**
 * What one call that sends messages may hold: recipients (source: API reference), and names of each
 * of its maps and values of each of its lists, which have no documented limit (assumed).
 */
export const messageLimits = { recipients: 100, names: 1_000, values: 1_000 } as const

/** Characters of an SMS message (source: quotas page, of a template's). */
export const smsCharacters = 1_600

/**
 * What a call that sends a one-time password may ask for: characters of the brand and of the
 * reference, digits of the code, minutes for which it is valid, and wrong codes (source: API
 * reference).
 */
export const otpLimits = {
  brandName: 20,
  referenceId: 48,
  codeLength: [5, 8],
  validityPeriod: [5, 60],
  allowedAttempts: [1, 5],
} as const

/** What counts where such a call asks for nothing (assumed: AWS documents no defaults). */
export const otpDefaults = {
  codeLength: 6,
  validityPeriod: 15,
  allowedAttempts: 3,
  language: 'en-US',
} as const

/**
 * What a campaign may hold: further treatments, the sum of all percentages, and the priority of an
 * in-app campaign (source: guide), and what it is where none is given (assumed); minutes before the
 * start of an event campaign (source: guide; with PREFLIGHT=strict alone), and minutes after an event
 * until its message is not sent any more (source: guide); and channels of a custom message (assumed).
 */
export const campaignLimits = {
  additionalTreatments: 4,
  percent: 100,
  eventLeadMinutes: 15,
  eventDeadlineMinutes: 5,
  endpointTypes: 20,
  priority: [1, 5],
  defaultPriority: 3,
} as const

/**
 * A call of a hook, a custom channel or a recommender's function: endpoints, bytes of the answer,
 * attempts, and milliseconds that each may take (source: guide).
 */
export const hookLimits = {
  endpoints: 50,
  answerBytes: 6 * 1024 * 1024,
  attempts: 3,
  timeout: 15_000,
} as const

/** Bytes of a custom message of a campaign or a journey (source: guide, 5 KB). */
export const customDataBytes = 5 * 1024

/** EventAttributes of one endpoint in a custom channel's answer; characters of each name and value. */
export const eventAttributeLimits = { perEndpoint: 5, characters: 128 } as const

/** Campaigns of an account that are active, and event and in-app campaigns of an application. */
export const campaignCounts = { active: 200, event: 25, inApp: 25 } as const

/** As `settingsBounds.Limits`, of a campaign: its Session has a bound (source: guide). */
export const campaignBounds = { ...settingsBounds.Limits, Session: [0, 10] } as const

/**
 * What one call of PutEvents may hold, and one of its events (source: quotas page; names of a map,
 * which are refused event by event below that: assumed).
 */
export const eventLimits = {
  requestBytes: 4 * 1024 * 1024,
  eventBytes: 1_000 * 1024,
  events: 100,
  endpoints: 100,
  ofEndpoint: 100,
  attributeValue: 200,
  /** Attributes and metrics together. */
  attributesAndMetrics: 40,
  attributeName: 50,
  names: 1_000,
} as const

/** What a journey may hold (source: guide, quotas page, where no other is named). */
export const journeyLimits = {
  /** Characters of its name. */
  name: 150,
  /** Characters of the key of an activity. */
  activityKey: 100,
  activities: 40,
  /** Activities of contact centers. */
  contactCenters: 3,
  /** Branches of a random split: the least, and the most. */
  randomBranches: [2, 5],
  /** Branches of a split by conditions. */
  conditionalBranches: 4,
  /** Minutes that a split waits at least for events of a message, and of a custom channel's. */
  eventWaitMinutes: { message: 60, custom: 15 },
  /** Days of a wait. */
  waitDays: 365,
  /** Days of a journey without an end. */
  days: 540,
  /** Opening hours of a day of a channel. */
  openHours: 4,
  /** Closed days of a channel. */
  closedDays: 20,
  reentryCap: [0, 100],
  messagesPerSecond: [1, 20_000],
  // How many a request may have at all, before it is checked (assumed).
  anyActivities: 1_000,
  anyBranches: 100,
  conditions: 100,
  anyRules: 1_000,
  endpointTypes: 20,
} as const

/** Journeys of an account that are ACTIVE, and those of them that events start. */
export const journeyCounts = { active: 50, event: 20 } as const

/**
 * Days of a KPI: the longest range, counting its first and its last day, and how long ago one may begin
 * (source: guide).
 */
export const kpiDays = { range: 31, past: 90 } as const

/** Characters of a template's name (source: API reference). */
export const templateNameLength = 128

/** Pinpoint's own limits of what a template renders to; others are in `templates/limits.ts`. */
export const renderingLimits = {
  /** Bytes of UTF-8 of the output (source: the size of an e-mail, quotas page). */
  bytes: 10_000_000,
  /** Items of a list that each goes through; further ones are left out (source: guide; left out: assumed). */
  items: 15,
} as const
