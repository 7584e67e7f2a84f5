import { type Static, Type } from '@sinclair/typebox'
import { MapOf } from './common.ts'
import { tagLimits } from './quotas.ts'

/** The tags of a resource: values by keys. */
export const Tags = MapOf(Type.String(), tagLimits.perResource)
export type Tags = Static<typeof Tags>

/** A resource's tags, as they are sent and answered. */
export const TagsModel = Type.Object({ tags: Tags })
