import { attributeLimits } from '../model/endpoint.ts'

/** The limits that Pinpoint sets to what an endpoint holds (source: API reference and quotas page). */
export const endpointLimits = {
  attributeName: 50,
  attributeValue: 100,
  endpointsPerUser: 15,
  /** Different names of Attributes, Metrics and User.UserAttributes together, in one application. */
  customAttributes: attributeLimits.names,
  /** 15 KB (assumed: of JSON text, of all that GetEndpoint answers and a caller can set). */
  endpointBytes: 15 * 1024,
  demographic: { AppVersion: 50, Make: 50, Model: 100, ModelVersion: 50, Platform: 50, PlatformVersion: 50 },
  location: { City: 75, Region: 75 },
} as const
