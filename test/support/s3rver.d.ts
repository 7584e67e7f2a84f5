declare module 's3rver' {
  import type { Server } from 'node:http'
  import type { AddressInfo } from 'node:net'

  /**
   * An S3 server on files; the package has no types of its own, and these are the parts that the tests use.
   */
  class S3rver {
    constructor(options: {
      address: string
      port: number
      directory: string
      silent: boolean
      vhostBuckets: boolean
    })
    readonly httpServer: Server
    run(): Promise<AddressInfo>
  }
  export = S3rver
}
