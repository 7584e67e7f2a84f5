import { type Static, Type } from '@sinclair/typebox'
import { MapOf } from './common.ts'
import { tagLimits } from './quotas.ts'

/** The tags of a resource: values by key. */
export const Tags = MapOf(Type.String(), tagLimits.perResource)
export type Tags = Static<typeof Tags>

/** A body with tags, of requests and answers. */
export const TagsModel = Type.Object({ tags: Tags })
