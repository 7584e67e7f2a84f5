import { badRequest } from '../../http/errors/exceptions.ts'
import { tagLimits as limits } from '../../model/quotas.ts'
import type { Tags } from '../../model/tags.ts'

/**
 * The tags that a call gives to the resource that it creates, checked.
 *
 * @throws BadRequestException that names the wrong tag
 */
export function newTags({ tags = {} }: { tags?: Tags }): Tags {
  checkTags(tags)
  return tags
}

/**
 * Checks tags that are to be added to a resource.
 *
 * @throws BadRequestException that names the wrong tag
 */
export function checkTags(tags: Tags, alreadyThere: Tags = {}): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > limits.key || key.toLowerCase().startsWith('aws:')) {
      throw badRequest(
        `tags must have keys of 1 to ${limits.key} characters that do not begin with aws:; got ${JSON.stringify(key)}`,
      )
    }
    if (value.length > limits.value) {
      throw badRequest(`tags.${key} must be at most ${limits.value} characters; got ${value.length}`)
    }
  }
  const count = Object.keys({ ...alreadyThere, ...tags }).length
  if (count > limits.perResource) {
    throw badRequest(`tags must be at most ${limits.perResource} on one resource; there would be ${count}`)
  }
}
