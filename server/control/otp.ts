import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { otpAliasPath } from '../http/control-path.ts'
import { notFound } from '../http/errors/exceptions.ts'
import { PageQuery, readPage } from '../http/paging.ts'
import { pathParams } from '../model/common.ts'
import { OtpDetails, SendOTPMessageRequestParameters } from '../model/otp.ts'
import { otpDefaults } from '../model/quotas.ts'
import { detailsOf } from '../resources/otp/otp-rules.ts'
import { readAddress } from './read-address.ts'

/** The newest of all. */
const newest = { limit: 1, before: Number.MAX_SAFE_INTEGER }

const OtpQuery = Type.Object({
  ...PageQuery.properties,
  app: Type.Optional(Type.String({ description: 'Only those of the application with this id' })),
  reference: Type.Optional(Type.String({ description: 'Only those with this ReferenceId' })),
  address: Type.Optional(Type.String({ description: 'Only those to this phone number' })),
})

/** As LocalStack answers it (source: observed). */
const Alias = Type.Object({
  ...Type.Partial(SendOTPMessageRequestParameters).properties,
  Attempts: Type.Integer({ description: 'How many wrong codes were verified' }),
  ApplicationId: Type.String(),
  CreatedTimestamp: Type.String(),
  Code: Type.String(),
})

/** The one-time passwords that were sent, for tests that verify them. */
export const otp: FastifyPluginAsyncTypebox = async app => {
  const { otps } = app.store

  app.get(
    '/_pinpoint/otp',
    {
      config: { operation: 'getOtps' },
      schema: {
        summary: 'The one-time passwords that were sent, newest first',
        querystring: OtpQuery,
        response: {
          200: Type.Object({ items: Type.Array(OtpDetails), nextToken: Type.Optional(Type.String()) }),
        },
      },
    },
    async ({ query }) => {
      const { app: applicationId, reference } = query
      const address = readAddress(query.address)
      const now = app.now().getTime()
      const { values, token } = readPage(
        query,
        `otp/${JSON.stringify([applicationId, reference, address])}`,
        newest.before,
        Number.isSafeInteger,
        (limit, before) =>
          otps
            .list({ app: applicationId, reference, address }, { limit, before })
            .map(found => ({ at: found.seq, value: detailsOf(found, now) })),
      )
      return { items: values, ...(token !== undefined && { nextToken: token }) }
    },
  )

  app.get(
    `${otpAliasPath}:applicationId/:referenceId`,
    {
      config: { operation: 'getOtpAsLocalStack' },
      schema: {
        summary: 'The newest one-time password of a reference, as LocalStack answers it',
        params: pathParams({ applicationId: 'Id of the application', referenceId: 'The ReferenceId' }),
        response: { 200: Alias },
      },
    },
    async ({ params: { applicationId, referenceId } }) => {
      const [found] = otps.list({ app: applicationId, reference: referenceId }, newest)
      if (found === undefined) {
        throw notFound(
          `No one-time password was sent by the application ${applicationId} with the reference ${referenceId}. If SendOTPMessage was called, its answer says why it was not sent`,
        )
      }
      return {
        AllowedAttempts: otpDefaults.allowedAttempts,
        ValidityPeriod: otpDefaults.validityPeriod,
        ...found.request,
        Attempts: found.misses,
        ApplicationId: found.app,
        CodeLength: found.code.length,
        CreatedTimestamp: new Date(found.createdAt).toISOString(),
        Code: found.code,
      }
    },
  )
}
