/** A call that did not succeed, in the emulator's own words. */
export class CallError extends Error {
  /** 0 if there was no answer. */
  readonly status: number
  /** The name of the exception, such as `NotFoundException`. */
  readonly exception: string | undefined
  readonly requestId: string | undefined
  /** The call: `GET /_pinpoint/apps`. */
  readonly call: string

  constructor(
    call: string,
    message: string,
    answer: { status: number; exception?: string | undefined; requestId?: string | undefined },
  ) {
    super(message)
    this.name = 'CallError'
    this.call = call
    this.status = answer.status
    this.exception = answer.exception
    this.requestId = answer.requestId
  }
}
