import { badRequest } from '../../http/errors/exceptions.ts'
import { readInstant } from '../../model/iso-time.ts'
import { segmentLimits as limits } from '../../model/quotas.ts'
import type { WriteSegmentRequest } from '../../model/segment.ts'
import {
  type AttributeDimension,
  type AttributeType,
  comparisonOperators,
  type GPSPointDimension,
  type MetricDimension,
  SegmentDemographics,
  type SegmentDimensions,
  type SegmentGroupList,
} from '../../model/segment-dimensions.ts'
import { describe } from '../../validation/explain.ts'

/** How many values a comparison of times takes. */
const timesOf: Partial<Record<AttributeType, number>> = { BEFORE: 1, AFTER: 1, ON: 1, BETWEEN: 2 }

const demographics = Object.keys(SegmentDemographics.properties) as (keyof SegmentDemographics)[]

/**
 * Checks what the types cannot express of a segment's definition, except for its source segments.
 *
 * @throws BadRequestException that names the wrong member
 */
export function checkDefinition({ Dimensions, SegmentGroups }: WriteSegmentRequest): void {
  if (Dimensions !== undefined && SegmentGroups !== undefined) {
    throw badRequest('Dimensions and SegmentGroups must not both be given')
  }
  let count = 0
  if (Dimensions !== undefined) count += checkDimensions('Dimensions', Dimensions)
  if (SegmentGroups !== undefined) count += checkGroups(SegmentGroups)
  if (count > limits.dimensions) {
    const member = Dimensions !== undefined ? 'Dimensions' : 'SegmentGroups'
    throw badRequest(`${member} must hold at most ${limits.dimensions} dimensions in all; got ${count}`)
  }
}

/** Checks the groups. Gives the number of dimensions in all of them. */
function checkGroups({ Groups = [] }: SegmentGroupList): number {
  if (Groups.length < 1)
    throw badRequest(`SegmentGroups.Groups must have 1 to ${limits.groups} groups; got 0`)
  checkCount('SourceSegments', Groups.flatMap(group => group.SourceSegments ?? []).length, limits.sources)
  checkCount('Dimensions', Groups.flatMap(group => group.Dimensions ?? []).length, limits.sets)
  let count = 0
  for (const [index, { SourceSegments = [], Dimensions = [] }] of Groups.entries()) {
    const member = `SegmentGroups.Groups.${index}`
    // Pinpoint's console writes empty Dimensions for "all endpoints"; a group with neither is a
    // mistake (assumed).
    if (SourceSegments.length === 0 && Dimensions.length === 0) {
      throw badRequest(`${member} must have SourceSegments or Dimensions`)
    }
    for (const [number, dimensions] of Dimensions.entries()) {
      count += checkDimensions(`${member}.Dimensions.${number}`, dimensions)
    }
  }
  return count
}

function checkCount(list: string, count: number, max: number): void {
  if (count <= max) return
  throw badRequest(`SegmentGroups must have at most ${max} ${list} in all of its groups; got ${count}`)
}

/**
 * Checks a set of dimensions. Gives their number.
 *
 * @param member its name in the request
 * @throws BadRequestException that names the wrong member
 */
export function checkDimensions(member: string, dimensions: SegmentDimensions): number {
  const { Demographic = {}, Location = {}, Behavior = {} } = dimensions
  let count = Behavior.Recency === undefined ? 0 : 1
  for (const map of ['Attributes', 'UserAttributes'] as const) {
    for (const [name, dimension] of Object.entries(dimensions[map] ?? {})) {
      checkAttribute(`${member}.${map}.${name}`, dimension)
      count++
    }
  }
  for (const [name, dimension] of Object.entries(dimensions.Metrics ?? {})) {
    checkMetric(`${member}.Metrics.${name}`, dimension)
    count++
  }
  for (const name of demographics) {
    const dimension = Demographic[name]
    if (dimension === undefined) continue
    checkValues(`${member}.Demographic.${name}`, dimension.Values)
    count++
  }
  if (Location.Country !== undefined) {
    checkValues(`${member}.Location.Country`, Location.Country.Values)
    count++
  }
  if (Location.GPSPoint !== undefined) {
    checkPoint(`${member}.Location.GPSPoint`, Location.GPSPoint)
    count++
  }
  return count
}

/** Checks the condition on an attribute. @throws BadRequestException */
export function checkAttribute(
  member: string,
  { AttributeType = 'INCLUSIVE', Values }: AttributeDimension,
): void {
  checkValues(member, Values)
  const times = timesOf[AttributeType]
  if (times === undefined) return
  if (Values.length !== times) {
    throw badRequest(
      `${member}.Values must have exactly ${times === 1 ? 'one value' : 'two values'} for ${AttributeType}; got ${Values.length}`,
    )
  }
  const instants = Values.map(value => {
    const instant = readInstant(value)
    if (instant !== undefined) return instant
    throw badRequest(
      `${member}.Values must be ISO 8601 times such as 2019-08-23T10:54:35.220Z for ${AttributeType}; got ${describe(value)}`,
    )
  })
  if (instants.length === 2 && instants[0]! > instants[1]!) {
    throw badRequest(
      `${member}.Values must have the earlier time first for BETWEEN; got ${Values.map(describe).join(', ')}`,
    )
  }
}

/** Checks the condition on a metric. @throws BadRequestException */
export function checkMetric(member: string, { ComparisonOperator }: MetricDimension): void {
  if ((comparisonOperators as readonly string[]).includes(ComparisonOperator)) return
  throw badRequest(
    `${member}.ComparisonOperator must be one of ${comparisonOperators.join(', ')}; got ${describe(ComparisonOperator)}`,
  )
}

/** Checks that a condition has a value. @throws BadRequestException */
export function checkValues(member: string, values: string[]): void {
  if (values.length === 0) throw badRequest(`${member}.Values must have at least one value`)
}

function checkPoint(member: string, { Coordinates, RangeInKilometers }: GPSPointDimension): void {
  for (const [name, max] of [
    ['Latitude', 90],
    ['Longitude', 180],
  ] as const) {
    const degrees = Coordinates[name]
    if (Math.abs(degrees) <= max) continue
    throw badRequest(`${member}.Coordinates.${name} must be from -${max} to ${max}; got ${degrees}`)
  }
  if (RangeInKilometers !== undefined && RangeInKilometers <= 0) {
    throw badRequest(`${member}.RangeInKilometers must be more than 0; got ${RangeInKilometers}`)
  }
}
