import { type Static, Type } from '@sinclair/typebox'
import { closed } from '../model/common.ts'
import { EndpointBatchItem, EndpointDemographic, EndpointLocation, EndpointUser } from '../model/endpoint.ts'
import { ImportJobRequest } from '../model/import-job.ts'
import { PhoneNumberFacts } from '../model/phone-number.ts'
import { Tags } from '../model/tags.ts'

/**
 * An endpoint as in UpdateEndpointsBatch. Unknown members are refused, as a typo would go
 * unnoticed.
 */
const SeedEndpoint = closed(
  Type.Object({
    ...EndpointBatchItem.properties,
    Id: Type.String(),
    Demographic: Type.Optional(closed(EndpointDemographic)),
    Location: Type.Optional(closed(EndpointLocation)),
    User: Type.Optional(closed(EndpointUser)),
  }),
)
export type SeedEndpoint = Static<typeof SeedEndpoint>

const SeedApp = closed(
  Type.Object({
    Id: Type.String(),
    Name: Type.String({ minLength: 1 }),
    tags: Type.Optional(Tags),
    endpoints: Type.Optional(Type.Array(SeedEndpoint)),
    imports: Type.Optional(Type.Array(closed(ImportJobRequest))),
  }),
)
export type SeedApp = Static<typeof SeedApp>

const SeedPhoneNumber = closed(Type.Object({ PhoneNumber: Type.String(), ...PhoneNumberFacts.properties }))
export type SeedPhoneNumber = Static<typeof SeedPhoneNumber>

/** The content of a seed file. */
export const SeedFile = closed(
  Type.Object({
    apps: Type.Array(SeedApp),
    phoneNumbers: Type.Optional(Type.Array(SeedPhoneNumber)),
  }),
)
export type SeedFile = Static<typeof SeedFile>
