import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { notFound, orNotFound } from '../http/errors/exceptions.ts'
import { PageQuery, readPage } from '../http/paging.ts'
import { PhoneNumberFacts } from '../model/phone-number.ts'
import { readSaidNumber } from '../resources/phone-numbers/validate-number.ts'

const params = Type.Object({
  number: Type.String({ description: 'With its country code, such as +12065550100' }),
})

const SaidNumber = Type.Object({ number: Type.String(), ...PhoneNumberFacts.properties })

/** What users say of phone numbers: PhoneNumberValidate answers it before what it finds out itself. */
export const phoneNumbers: FastifyPluginAsyncTypebox = async app => {
  const { store } = app

  app.get(
    '/_pinpoint/phone-numbers',
    {
      config: { operation: 'getPhoneNumbers' },
      schema: {
        summary: 'What PhoneNumberValidate was told of phone numbers, by number',
        querystring: PageQuery,
        response: {
          200: Type.Object({ items: Type.Array(SaidNumber), nextToken: Type.Optional(Type.String()) }),
        },
      },
    },
    async ({ query }) => {
      const isNumber = (value: unknown) => typeof value === 'string'
      const { values, token } = readPage(query, 'phone-numbers', '', isNumber, (limit, after) =>
        store.phoneNumbers.list(after, limit).map(value => ({ at: value.number, value })),
      )
      return { items: values, ...(token !== undefined && { nextToken: token }) }
    },
  )

  app.get(
    '/_pinpoint/phone-numbers/:number',
    {
      config: { operation: 'getPhoneNumber' },
      schema: {
        summary: 'What PhoneNumberValidate was told of a phone number',
        params,
        response: { 200: SaidNumber },
      },
    },
    async ({ params }) => {
      const number = readSaidNumber('number', params.number)
      const facts = orNotFound(store.phoneNumbers.get(number), `Phone number not found: ${number}`)
      return { number, ...facts }
    },
  )

  app.put(
    '/_pinpoint/phone-numbers/:number',
    {
      config: { operation: 'putPhoneNumber' },
      schema: {
        summary: 'Says what PhoneNumberValidate answers for a phone number',
        params,
        body: PhoneNumberFacts,
        response: { 204: Type.Null() },
      },
    },
    async ({ params, body }, reply) => {
      const number = readSaidNumber('number', params.number)
      await store.write(() => store.phoneNumbers.put(number, body))
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/_pinpoint/phone-numbers/:number',
    {
      config: { operation: 'deletePhoneNumber' },
      schema: {
        summary: 'Forgets what PhoneNumberValidate was told of it',
        params,
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      const number = readSaidNumber('number', params.number)
      const wasThere = await store.write(() => store.phoneNumbers.delete(number))
      if (!wasThere) throw notFound(`Phone number not found: ${number}`)
      return reply.code(204).send(null)
    },
  )
}
