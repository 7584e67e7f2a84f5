import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ApplicationParams } from '../../model/common.ts'
import { VerificationResponse, VerifyOTPMessageRequestParameters } from '../../model/otp.ts'
import { findSendingApp, sendingAppFirst } from '../find.ts'
import { isValid } from './otp-rules.ts'

/**
 * Says whether a code is that of the one-time password with this reference and number. Anything that
 * does not fit is false, and no error (source: guide): an unknown reference, too. A code is valid
 * once (assumed).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/apps-application-id-verify-otp.html
 */
export const verifyOTPMessage: FastifyPluginAsyncTypebox = async app => {
  const { store } = app
  app.post(
    '/v1/apps/:applicationId/verify-otp',
    {
      config: { operation: 'VerifyOTPMessage' },
      schema: {
        params: ApplicationParams,
        body: VerifyOTPMessageRequestParameters,
        response: { 200: VerificationResponse },
      },
      preValidation: sendingAppFirst,
    },
    async ({ params: { applicationId }, body: { ReferenceId, DestinationIdentity, Otp } }) =>
      store.write(() => {
        const found = findSendingApp(store, applicationId)
        const otp = store.otps.find(found, ReferenceId, DestinationIdentity)
        if (otp === undefined || !isValid(otp, app.now().getTime())) return { Valid: false }
        const Valid = otp.code === Otp
        if (Valid) store.otps.use(otp.seq)
        else store.otps.addMiss(otp.seq)
        return { Valid }
      }),
  )
}
