/** The eight exceptions of Pinpoint and their statuses (source: model). */
export const modelledExceptions = {
  BadRequestException: 400,
  ForbiddenException: 403,
  NotFoundException: 404,
  MethodNotAllowedException: 405,
  ConflictException: 409,
  PayloadTooLargeException: 413,
  TooManyRequestsException: 429,
  InternalServerErrorException: 500,
} as const

export type ModelledException = keyof typeof modelledExceptions

/**
 * The operations that do not declare PayloadTooLargeException, for which too large a body is a 400
 * (source: model, that it is one: assumed).
 */
export const withoutPayloadTooLarge: ReadonlySet<string | undefined> = new Set([
  'CreateEmailTemplate',
  'CreateInAppTemplate',
  'CreatePushTemplate',
  'CreateSmsTemplate',
  'CreateVoiceTemplate',
  'ListTagsForResource',
  'ListTemplates',
  'TagResource',
  'UntagResource',
])
