import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { NumberValidateRequest, NumberValidateResponse } from '../../model/phone-number.ts'
import { validateNumber } from './validate-number.ts'

const url = '/v1/phone/number/validate'

/**
 * Tells of a phone number what can be known of it. An invalid number is a success whose PhoneType
 * is INVALID (source: guide).
 *
 * @see https://docs.aws.amazon.com/pinpoint/latest/apireference/phone-number-validate.html
 */
export const phoneNumberValidate: FastifyPluginAsyncTypebox = async app => {
  const config = { operation: 'PhoneNumberValidate' }
  const schema = { body: NumberValidateRequest, response: { 200: NumberValidateResponse } }
  app.post(url, { config, schema }, async ({ body }) => validateNumber(body, app.store.phoneNumbers))
  // The examples of the guide end with a slash.
  app.post(`${url}/`, { config, schema: { ...schema, hide: true } }, async ({ body }) =>
    validateNumber(body, app.store.phoneNumbers),
  )
}
