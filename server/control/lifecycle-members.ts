import { Type } from '@sinclair/typebox'
import { OneOf } from '../model/common.ts'
import { endOfSupport } from '../model/lifecycle.ts'

const lifecycle = OneOf(['lives-on', 'ended'], {
  description: `What became of the operation when AWS ended Pinpoint on ${endOfSupport}`,
})
const successor = Type.Optional(
  Type.String({ description: 'What takes the place of an ended operation, if anything does' }),
)

/** The members that say what became of an operation. */
export const lifecycleMembers = { lifecycle, successor }
