import { SingleBar } from 'cli-progress'
import type { ImportJobResponse } from '../model/import-job.ts'
import { isFinal } from '../model/job-moves.ts'
import { explainStandstill, type Standstill } from '../model/waits-for.ts'

/** Milliseconds between two lines about a job that stays in its state. */
const linePause = 5000

/** A terminal, a pipe or a file. */
export type Output = NodeJS.WritableStream & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

/** Where it is shown how far a job has come. */
export interface Progress {
  /** @param standstill why the job does not go on, if anything keeps it */
  show(job: ImportJobResponse, standstill: Standstill): void
  /** Nothing more is shown; the cursor is where it was. */
  stop(): void
}

/** A bar on a terminal, lines elsewhere: one for each state before the end, and some for one that lasts. */
export const showProgress = (stream: Output): Progress =>
  stream.isTTY ? drawBar(stream) : writeLines(stream)

function drawBar(stream: Output): Progress {
  const bar = new SingleBar({
    stream,
    format: '{bar} {text}',
    barsize: 20,
    hideCursor: true,
    linewrap: false,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    gracefulExit: false,
  })
  bar.start(1, 0, { text: '' })
  return {
    show(job, standstill) {
      bar.setTotal(job.TotalPieces || 1)
      bar.update(donePieces(job), { text: stateOf(job, standstill) })
    },
    stop: () => bar.stop(),
  }
}

function writeLines(stream: Output): Progress {
  let last: string | undefined
  let at = 0
  return {
    show(job, standstill) {
      const now = performance.now()
      const state = [job.JobStatus, explainStandstill(standstill, job)].join()
      if (isFinal(job.JobStatus) || (state === last && now - at < linePause)) return
      last = state
      at = now
      stream.write(`${stateOf(job, standstill)}\n`)
    },
    stop() {},
  }
}

const donePieces = ({ CompletedPieces = 0, FailedPieces = 0 }: ImportJobResponse) =>
  CompletedPieces + FailedPieces

function stateOf(job: ImportJobResponse, standstill: Standstill): string {
  const { JobStatus, TotalPieces, TotalProcessed, TotalFailures } = job
  const counts =
    TotalPieces === undefined
      ? []
      : [`${donePieces(job)} of ${TotalPieces} pieces, ${TotalProcessed} records, ${TotalFailures} refused`]
  const why = explainStandstill(standstill, job)
  return [JobStatus, ...counts, ...(why === undefined ? [] : [why])].join(': ')
}
