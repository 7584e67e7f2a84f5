import { randomInt } from 'node:crypto'
import { badRequest } from '../../http/errors/exceptions.ts'
import type { OtpDetails, SendOTPMessageRequestParameters } from '../../model/otp.ts'
import { otpLimits } from '../../model/quotas.ts'
import type { Otp } from '../../store/otps/otps.ts'

/**
 * Checks what types cannot say of a call that sends a one-time password (rules: API reference; that
 * a call which violates them is a 400: assumed).
 *
 * @throws BadRequestException that names the member
 */
export function checkOtpRequest(request: SendOTPMessageRequestParameters): void {
  const { DestinationIdentity, OriginationIdentity } = request
  checkLength('BrandName', request.BrandName, otpLimits.brandName)
  checkLength('ReferenceId', request.ReferenceId, otpLimits.referenceId)
  if (!/^\+[1-9]\d{1,14}$/.test(DestinationIdentity)) {
    throw badRequest(
      `DestinationIdentity must be a phone number in E.164 format, such as +12065550142; got ${shown(DestinationIdentity)}`,
    )
  }
  if (OriginationIdentity !== '') return
  throw badRequest('OriginationIdentity must not be empty: a long code, a short code, or a sender ID')
}

function checkLength(member: string, text: string, max: number): void {
  const { length } = text
  if (length >= 1 && length <= max) return
  throw badRequest(`${member} must have from 1 to ${max} characters; got ${length}`)
}

const shown = (text: string): string => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)

/** A random code. It may begin with a zero. */
export const randomCode = (length: number): string =>
  randomInt(10 ** length)
    .toString()
    .padStart(length, '0')

/** How many wrong codes may still be verified. */
const attemptsLeft = ({ allowed, misses }: Otp): number => Math.max(allowed - misses, 0)

/**
 * Whether a one-time password can be verified: it has not expired (source: guide), was not verified
 * before (assumed), and there were fewer wrong codes than are allowed (source: API reference, which
 * can also be read as one more).
 *
 * @param now milliseconds since 1970
 */
export const isValid = (otp: Otp, now: number): boolean =>
  !otp.used && now < otp.expiresAt && attemptsLeft(otp) > 0

/** @param now milliseconds since 1970 */
export const detailsOf = (otp: Otp, now: number): OtpDetails => ({
  app: otp.app,
  reference: otp.request.ReferenceId,
  address: otp.request.DestinationIdentity,
  code: otp.code,
  expiresAt: new Date(otp.expiresAt).toISOString(),
  attemptsLeft: attemptsLeft(otp),
  isValid: isValid(otp, now),
})
