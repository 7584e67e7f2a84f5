import assert from 'node:assert/strict'
import { DeleteEndpointCommand } from '@aws-sdk/client-pinpoint'
import fc from 'fast-check'
import t from 'tap'
import { importAgain, membersOf, putBatch, startEmulators } from '../support/emulators.ts'
import { numbered } from '../support/endpoint-files.ts'
import { holds } from '../support/generators.ts'
import { createApp } from '../support/helpers.ts'

/** Endpoints that are there before, created in this order. */
const all = numbered('e', 60)
const endpoint = (Id: string) => ({ Id, ChannelType: 'SMS', Address: `+${Id}` })

const id = fc.constantFrom(...all)

/**
 * Records that follow one another, in the order of the endpoints or against it, or that come in any order.
 */
const stretch = fc
  .tuple(fc.nat(all.length - 1), fc.integer({ min: 1, max: 20 }), fc.boolean())
  .map(([from, count, isForward]) => {
    const ids = all.slice(from, from + count)
    return isForward ? ids : ids.reverse()
  })
const named = fc
  .array(fc.oneof(stretch, fc.array(id, { minLength: 1, maxLength: 5 })), { minLength: 1, maxLength: 8 })
  .map(stretches => stretches.flat())

t.test('a segment has each endpoint that was named, once, in whatever order and however often', async t => {
  const { emulators, fill } = await startEmulators(t, {})
  const [emulator] = emulators
  const app = await createApp(emulator!.client)
  await putBatch(emulator!, app, all.map(endpoint))

  await holds(
    t,
    fc.asyncProperty(
      named,
      fc.uniqueArray(id, { maxLength: 5 }),
      fc.integer({ min: 1, max: 30 }),
      async (ids, deleted, pageSize) => {
        const bucket = await fill({
          'named.json': ids.map((Id, index) => JSON.stringify({ Id, Metrics: { index } })).join('\n'),
        })
        const { job } = await importAgain(emulator!, app, `s3://${bucket}/named.json`, 'JSON')
        const segment = job.Definition!.SegmentId!
        const members = async () =>
          (await membersOf(emulator!.url, app, segment, pageSize)).map(({ Id }) => Id!)
        const place = new Map(
          (await membersOf(emulator!.url, app, segment)).map(({ Id }, index) => [Id, index]),
        )
        assert.deepEqual([...place.keys()].sort(), [...new Set(ids)].sort())
        const inOrder = [...place.keys()]
        assert.deepEqual(await members(), inOrder)

        for (const EndpointId of deleted) {
          await emulator!.client.send(new DeleteEndpointCommand({ ApplicationId: app, EndpointId }))
        }
        const gone = new Set(deleted)
        const left = inOrder.filter(Id => !gone.has(Id!))
        assert.deepEqual(await members(), left)
        const again = [...gone]
        if (again.length > 0) await putBatch(emulator!, app, again.map(endpoint))
        const wanted = [...left, ...again.filter(Id => place.has(Id))]
        assert.deepEqual((await members()).sort(), wanted.sort(), 'created again, in the segment again')
      },
    ),
    60,
  )
})
