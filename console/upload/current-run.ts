import { signal } from '@preact/signals'

/** A file, and the name by which an import knows what it is. */
export interface NamedFile {
  file: File
  name: string
}

/** An import of files of this machine: their upload, then the job. */
export interface Run {
  app: string
  files: NamedFile[]
  bytes: { sent: number; total: number }
  /** Milliseconds until all is sent, when that can be told. */
  left: number | undefined
  perSecond: number | undefined
  /** The job, once it is created. */
  job?: string
  /** The text that was uploaded, if it was written here. */
  text?: string
  cancel: () => void
}

/** The upload that is under way, or the last one. It goes on while other pages are looked at. */
export const run = signal<Run | undefined>(undefined)

export const isUploading = (): boolean => run.value !== undefined && run.value.job === undefined

/** The share of the bytes that are sent, from 0 to 1. */
export const sentShare = ({ bytes: { sent, total } }: Run): number => (total === 0 ? 0 : sent / total)

/** The address of the job of an upload that ended while its reader was elsewhere, until it is gone to. */
export const unseenJob = signal<string | undefined>(undefined)
