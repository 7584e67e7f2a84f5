import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ApplicationParams } from '../../model/common.ts'
import { MessageResponse } from '../../model/message.ts'
import { minute } from '../../model/milliseconds.ts'
import { SendOTPMessageRequestParameters } from '../../model/otp.ts'
import { otpDefaults } from '../../model/quotas.ts'
import { sendingAppFirst } from '../find.ts'
import { send } from '../messages/send.ts'
import { checkOtpRequest, randomCode } from './otp-rules.ts'

/** The text of the message (source: guide, which has it in English alone). */
const text = 'This is your One Time Password: {{otp}} from {{brand}}'

/**
 * Sends a one-time password by SMS. A later one with the same reference to the same number replaces
 * it, with all of its attempts (assumed). One that could not be sent replaces nothing (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-otp.html
 */
export const sendOTPMessage: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/v1/apps/:applicationId/otp',
    {
      config: { operation: 'SendOTPMessage' },
      schema: {
        params: ApplicationParams,
        body: SendOTPMessageRequestParameters,
        response: { 200: MessageResponse },
      },
      preValidation: sendingAppFirst,
    },
    async ({ id, params: { applicationId }, body }) => {
      checkOtpRequest(body)
      const { BrandName, DestinationIdentity: address, OriginationIdentity, EntityId, TemplateId } = body
      const code = app.otpCode ?? randomCode(body.CodeLength ?? otpDefaults.codeLength)
      const minutes = body.ValidityPeriod ?? otpDefaults.validityPeriod
      // A short code has up to 6 digits; all else is a sender ID (assumed).
      const isNumber = /^\+?\d+$/.test(OriginationIdentity)
      const results = await send(app, {
        applicationId,
        origin: {
          operation: 'SendOTPMessage',
          requestId: id,
          language: body.Language ?? otpDefaults.language,
        },
        templates: undefined,
        configuration: {
          SMSMessage: {
            Body: text,
            Substitutions: { otp: [code], brand: [BrandName] },
            [isNumber ? 'OriginationNumber' : 'SenderId']: OriginationIdentity,
            ...(EntityId && { EntityId }),
            ...(TemplateId && { TemplateId }),
          },
        },
        recipients: () => [{ channel: 'SMS', address }],
        within(found, [delivered]) {
          if (delivered?.record.status !== 'SUCCESSFUL') return
          const createdAt = Date.parse(delivered.record.time)
          app.store.otps.put(found, {
            request: body,
            code,
            createdAt,
            expiresAt: createdAt + minutes * minute,
            allowed: body.AllowedAttempts ?? otpDefaults.allowedAttempts,
          })
        },
      })
      return { ApplicationId: applicationId, RequestId: id, Result: { [address]: results[0]! } }
    },
  )
}
