import { words } from '../format.ts'
import { Icon } from './icon.tsx'

/** The six tones: each has a colour in both schemes, and is never all that tells a status. */
export type Tone = 'wait' | 'prep' | 'work' | 'done' | 'warn' | 'fail'

/** A status as icon, word and colour. What is over is filled. */
export interface Look {
  tone: Tone
  icon: string
  over?: boolean
}

const looks: Record<string, Look> = {
  // Jobs.
  CREATED: { tone: 'wait', icon: 'circle-dashed' },
  PENDING_JOB: { tone: 'wait', icon: 'hourglass' },
  PREPARING_FOR_INITIALIZATION: { tone: 'prep', icon: 'list-start' },
  INITIALIZING: { tone: 'prep', icon: 'scissors' },
  PROCESSING: { tone: 'work', icon: 'loader' },
  COMPLETING: { tone: 'work', icon: 'package-check' },
  COMPLETED: { tone: 'done', icon: 'circle-check', over: true },
  FAILING: { tone: 'warn', icon: 'undo-2' },
  FAILED: { tone: 'fail', icon: 'circle-x', over: true },
  // Messages.
  SUCCESSFUL: { tone: 'done', icon: 'circle-check', over: true },
  THROTTLED: { tone: 'warn', icon: 'hourglass' },
  TEMPORARY_FAILURE: { tone: 'warn', icon: 'triangle-alert' },
  PERMANENT_FAILURE: { tone: 'fail', icon: 'circle-x', over: true },
  UNKNOWN_FAILURE: { tone: 'fail', icon: 'circle-x', over: true },
  OPT_OUT: { tone: 'wait', icon: 'ban', over: true },
  DUPLICATE: { tone: 'wait', icon: 'copy', over: true },
  // Campaigns and journeys.
  DRAFT: { tone: 'wait', icon: 'pencil' },
  PENDING: { tone: 'wait', icon: 'hourglass' },
  SCHEDULED: { tone: 'prep', icon: 'calendar-clock' },
  RUNNING: { tone: 'work', icon: 'loader' },
  EXECUTING: { tone: 'work', icon: 'loader' },
  ACTIVE: { tone: 'work', icon: 'play' },
  PENDING_NEXT_RUN: { tone: 'prep', icon: 'hourglass' },
  PAUSED: { tone: 'warn', icon: 'circle-pause' },
  CANCELLED: { tone: 'wait', icon: 'circle-stop', over: true },
  CLOSED: { tone: 'wait', icon: 'circle-stop', over: true },
  DELETED: { tone: 'wait', icon: 'trash', over: true },
  INVALID: { tone: 'fail', icon: 'circle-x', over: true },
}

/** How a status looks; one that is not known looks like something that waits. */
export const lookOf = (status: string): Look => looks[status] ?? { tone: 'wait', icon: 'circle-dot' }

/** A status by its name on the wire. */
export const Status = ({ status }: { status: string }) => <Badge {...lookOf(status)}>{status}</Badge>

/** A word with an icon in one of the tones. */
export const Badge = ({ tone, icon, over = false, children }: Look & { children: string }) => (
  <span class={`badge tone-${tone} ${over ? 'over' : ''}`} title={words(children)}>
    <Icon name={icon} />
    {children}
  </span>
)

/** The status code of an answer. */
export const HttpStatus = ({ status }: { status: number }) => (
  <Badge
    {...(status < 400
      ? { tone: 'done', icon: 'circle-check' }
      : status < 500
        ? { tone: 'warn', icon: 'triangle-alert' }
        : { tone: 'fail', icon: 'circle-x' })}
  >
    {String(status)}
  </Badge>
)
