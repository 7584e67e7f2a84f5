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
