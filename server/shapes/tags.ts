import { type Static, Type } from '@sinclair/typebox'
import { MapOfString } from './common.ts'

/** A resource's tags, as they are sent and answered. */
export const TagsModel = Type.Object({ tags: MapOfString })
export type Tags = Static<typeof MapOfString>
