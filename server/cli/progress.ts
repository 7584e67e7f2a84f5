import { SingleBar } from 'cli-progress'
import type { ImportJobResponse } from '../shapes/import-job.ts'
import { isFinal } from '../shapes/job-moves.ts'

/** Milliseconds between two lines about a job that stays in its state. */
const linePause = 5000

/** A terminal, a pipe or a file. */
export type Output = NodeJS.WritableStream & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

/** Where it is shown how far a job has come. */
export interface Progress {
  show(job: ImportJobResponse): void
  /** Nothing more is shown; the cursor is where it was. */
  stop(): void
}

/** A bar on a terminal, lines elsewhere: one for each state before the end, and some for one that lasts. */
export const showProgress = (stream: Output): Progress =>
  stream.isTTY ? drawBar(stream) : writeLines(stream)

function drawBar(stream: Output): Progress {
  const bar = new SingleBar({
    ...{ stream, format: '{bar} {text}', barsize: 20, hideCursor: true, linewrap: false },
    ...{ barCompleteChar: '█', barIncompleteChar: '░', gracefulExit: false },
  })
  bar.start(1, 0, { text: '' })
  return {
    show(job) {
      bar.setTotal(job.TotalPieces || 1)
      bar.update(donePieces(job), { text: stateOf(job) })
    },
    stop: () => bar.stop(),
  }
}

function writeLines(stream: Output): Progress {
  let status: string | undefined
  let at = 0
  return {
    show(job) {
      const now = performance.now()
      if (isFinal(job.JobStatus) || (job.JobStatus === status && now - at < linePause)) return
      status = job.JobStatus
      at = now
      stream.write(`${stateOf(job)}\n`)
    },
    stop() {},
  }
}

const donePieces = ({ CompletedPieces = 0, FailedPieces = 0 }: ImportJobResponse) =>
  CompletedPieces + FailedPieces

function stateOf(job: ImportJobResponse): string {
  if (job.TotalPieces === undefined) return job.JobStatus
  return `${job.JobStatus}: ${donePieces(job)} of ${job.TotalPieces} pieces, ${job.TotalProcessed} records, ${job.TotalFailures} refused`
}
