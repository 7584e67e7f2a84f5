import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { notFound } from '../http/errors/exceptions.ts'
import { newId } from '../model/arn.ts'
import { Fault, FaultRule } from '../model/fault.ts'
import { checkFault } from './check-fault.ts'

const Nothing = Type.Null({ description: 'No body' })

/**
 * Fault injection: rules that make calls and jobs fail or take long. A new rule applies to later
 * calls and to running jobs. A rule whose `times` are used up stays in the list until it is
 * removed, so that a test can see that it was applied.
 */
export const faults: FastifyPluginAsyncTypebox = async app => {
  app.post(
    '/_pinpoint/faults',
    {
      config: { operation: 'addFault' },
      schema: {
        summary: 'Adds a fault rule, which makes calls or jobs fail, take long or hang',
        body: FaultRule,
        response: { 201: Fault },
      },
    },
    async (request, reply) => {
      checkFault(request.body, app.operations)
      const added = await app.store.write(() => app.store.faults.add(newId(), request.body))
      app.jobWorker.wake()
      return reply.code(201).send(added)
    },
  )

  app.get(
    '/_pinpoint/faults',
    {
      config: { operation: 'getFaults' },
      schema: {
        summary: 'All fault rules, in the order in which they apply',
        response: { 200: Type.Object({ items: Type.Array(Fault) }) },
      },
    },
    async () => ({ items: app.store.faults.list() }),
  )

  app.delete(
    '/_pinpoint/faults/:faultId',
    {
      config: { operation: 'removeFault' },
      schema: {
        summary: 'Removes a fault rule',
        params: Type.Object({ faultId: Type.String({ description: 'Id of the rule' }) }),
        response: { 204: Nothing },
      },
    },
    async (request, reply) => {
      const { faultId } = request.params
      const wasThere = await app.store.write(() => app.store.faults.remove(faultId))
      if (!wasThere) throw notFound(`Fault not found: ${faultId}`)
      app.jobWorker.wake()
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/_pinpoint/faults',
    {
      config: { operation: 'removeFaults' },
      schema: { summary: 'Removes all fault rules', response: { 204: Nothing } },
    },
    async (_request, reply) => {
      await app.store.write(() => app.store.faults.removeAll())
      app.jobWorker.wake()
      return reply.code(204).send(null)
    },
  )
}
