import { type Static, Type } from '@sinclair/typebox'
import { MapOf } from './common.ts'

/** The most tags that a resource may have (source: guide). */
export const maxTags = 50

/** The tags of a resource: values by keys. */
export const Tags = MapOf(Type.String(), maxTags)
export type Tags = Static<typeof Tags>

/** A resource's tags, as they are sent and answered. */
export const TagsModel = Type.Object({ tags: Tags })
