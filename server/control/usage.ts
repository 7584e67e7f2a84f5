import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from '@sinclair/typebox'
import type { OperationUsage } from '../http/call-log/usage.ts'
import { lifecycleMembers } from './lifecycle-members.ts'

const Sum = (description: string) =>
  Type.Object({ operations: Type.Integer(), calls: Type.Integer() }, { description })

const UsageAnswer = Type.Object({
  since: Type.String({ description: 'The last reset, or the start of the process; ISO 8601' }),
  livesOn: Sum('Operations that AWS goes on to offer, and calls of them'),
  ended: Sum('Operations that AWS has ended, and calls of them'),
  items: Type.Array(Type.Object({ operation: Type.String(), ...lifecycleMembers, calls: Type.Integer() }), {
    description: 'The operations that were called, the most frequent first',
  }),
})
export type UsageAnswer = Static<typeof UsageAnswer>

/** Counts the calls since the last reset by operation, and says which operations AWS has ended. */
export const usage: FastifyPluginAsyncTypebox = async app => {
  app.get(
    '/_pinpoint/usage',
    {
      config: { operation: 'usage' },
      schema: {
        summary: 'How often operations were called since the last reset, and which of them AWS has ended',
        response: { 200: UsageAnswer },
      },
    },
    async () => {
      const items = app.usage.list()
      return {
        since: app.usage.since.toISOString(),
        livesOn: sumOf(items, 'lives-on'),
        ended: sumOf(items, 'ended'),
        items,
      }
    },
  )
}

function sumOf(items: OperationUsage[], lifecycle: OperationUsage['lifecycle']) {
  const these = items.filter(item => item.lifecycle === lifecycle)
  return { operations: these.length, calls: these.reduce((sum, { calls }) => sum + calls, 0) }
}
