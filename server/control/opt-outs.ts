import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { badRequest } from '../http/errors/exceptions.ts'
import { answerPage, PageQuery } from '../http/paging.ts'
import { pathParams } from '../model/common.ts'
import { phoneDigits } from '../model/phone-digits.ts'
import { describe } from '../validation/explain.ts'

const Params = pathParams({ number: 'A phone number, such as +15551234567' })

const OptOuts = Type.Object({
  items: Type.Array(
    Type.Object({
      number: Type.String({ description: '+ and digits' }),
      since: Type.String({ description: 'When it opted out, ISO 8601' }),
    }),
  ),
  nextToken: Type.Optional(Type.String()),
})

const Nothing = Type.Null({ description: 'No body' })

/** Phone numbers that have opted out of SMS: no message is sent to them. They belong to the account. */
export const optOuts: FastifyPluginAsyncTypebox = async app => {
  const { store } = app

  app.get(
    '/_pinpoint/opt-outs',
    {
      config: { operation: 'optOuts' },
      schema: {
        summary: 'Phone numbers that have opted out of SMS, the last one first',
        querystring: PageQuery,
        response: { 200: OptOuts },
      },
    },
    async ({ query }) => {
      const { Item, NextToken } = answerPage(query, 'opt-outs', page => store.optOuts.list(page))
      return { items: Item, ...(NextToken !== undefined && { nextToken: NextToken }) }
    },
  )

  app.put(
    '/_pinpoint/opt-outs/:number',
    {
      config: { operation: 'addOptOut' },
      schema: { summary: 'Makes a phone number opt out of SMS', params: Params, response: { 204: Nothing } },
    },
    async ({ params }, reply) => {
      const number = readNumber(params.number)
      await store.write(() => store.optOuts.add(number, app.now().toISOString()))
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/_pinpoint/opt-outs/:number',
    {
      config: { operation: 'removeOptOut' },
      schema: { summary: 'Makes a phone number opt in again', params: Params, response: { 204: Nothing } },
    },
    async ({ params }, reply) => {
      const number = readNumber(params.number)
      await store.write(() => store.optOuts.remove(number))
      return reply.code(204).send(null)
    },
  )
}

/** @throws BadRequestException */
function readNumber(text: string): string {
  const number = phoneDigits(text)
  // E.164 has at most 15 digits; short codes have at least 3.
  if (number !== undefined && number.length >= 4 && number.length <= 16) return number
  throw badRequest(
    `number must be a phone number of 3 to 15 digits, such as +15551234567; got ${describe(text)}`,
  )
}
