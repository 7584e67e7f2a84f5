import { type Static, Type } from '@sinclair/typebox'
import { OneOf } from './common.ts'
import { otpLimits } from './quotas.ts'

const { codeLength, validityPeriod, allowedAttempts } = otpLimits

/** A whole number between two bounds, inclusive. */
const between = ([minimum, maximum]: readonly [number, number]) => Type.Integer({ minimum, maximum })

/**
 * Languages of the message (source: guide; the API reference has neither it-IT nor a word on what
 * the message says in any of them but English).
 */
export const otpLanguages = [
  ...['de-DE', 'en-GB', 'en-US', 'es-419', 'es-ES', 'fr-CA', 'fr-FR', 'it-IT', 'ja-JP', 'ko-KR'],
  ...['pt-BR', 'zh-CN', 'zh-TW'],
]

/** Lengths are checked by `checkOtpRequest`. */
export const SendOTPMessageRequestParameters = Type.Object({
  AllowedAttempts: Type.Optional(between(allowedAttempts)),
  BrandName: Type.String(),
  Channel: OneOf(['SMS']),
  CodeLength: Type.Optional(between(codeLength)),
  DestinationIdentity: Type.String(),
  EntityId: Type.Optional(Type.String()),
  Language: Type.Optional(OneOf(otpLanguages)),
  OriginationIdentity: Type.String(),
  ReferenceId: Type.String(),
  TemplateId: Type.Optional(Type.String()),
  ValidityPeriod: Type.Optional(between(validityPeriod)),
})
export type SendOTPMessageRequestParameters = Static<typeof SendOTPMessageRequestParameters>

export const VerifyOTPMessageRequestParameters = Type.Object({
  DestinationIdentity: Type.String(),
  Otp: Type.String(),
  ReferenceId: Type.String(),
})
export type VerifyOTPMessageRequestParameters = Static<typeof VerifyOTPMessageRequestParameters>

export const VerificationResponse = Type.Object({ Valid: Type.Optional(Type.Boolean()) })

/** A one-time password that was sent (contract). */
export const OtpDetails = Type.Object({
  app: Type.String({ description: 'Id of the application' }),
  reference: Type.String({ description: 'The ReferenceId' }),
  address: Type.String({ description: 'The phone number that it was sent to' }),
  code: Type.String(),
  expiresAt: Type.String({ description: "When it ends to be valid, by the emulator's clock" }),
  attemptsLeft: Type.Integer({ description: 'How often a wrong code may still be verified' }),
  isValid: Type.Boolean({ description: 'Whether VerifyOTPMessage would accept the code now' }),
})
export type OtpDetails = Static<typeof OtpDetails>
