import type { TemplateResponse, TemplateVersion } from '../../api/types.ts'
import type { Draft } from './kinds.ts'

/** A version of a template, and what else there is to know of the template. */
export interface Shown {
  /** The version that is shown, with what it says. */
  template: TemplateResponse & Draft
  /** The number of the active version. */
  active: string
  /** The versions, the newest first. */
  versions: TemplateVersion[]
}

/** Whom a template is rendered for. */
export type Recipient = {
  /** An endpoint that is stored. */
  app?: string
  endpoint?: string
  /** Or else its values. */
  values?: Record<string, unknown>
  substitutions?: Record<string, unknown>
}
