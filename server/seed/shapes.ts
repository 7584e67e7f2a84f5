import { type Static, Type } from '@sinclair/typebox'
import { closed } from '../model/common.ts'
import { EndpointBatchItem, EndpointDemographic, EndpointLocation, EndpointUser } from '../model/endpoint.ts'
import { ImportJobRequest } from '../model/import-job.ts'
import { Tags } from '../model/tags.ts'

/** An endpoint as UpdateEndpointsBatch takes it. A name that is not known is a mistake here: nobody would see it else. */
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

/** What a file of the seed holds. */
export const SeedFile = closed(Type.Object({ apps: Type.Array(SeedApp) }))
export type SeedFile = Static<typeof SeedFile>
