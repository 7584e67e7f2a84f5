import { effect, signal } from '@preact/signals'
import type { ClockAdvanced, ClockStatus } from '../../../server/model/clock.ts'
import { controlUrl } from '../../api/calls.ts'
import { listen, clock as liveClock } from '../../api/live.ts'
import { count, duration, plural } from '../../format.ts'
import { CodeLine } from '../../parts/code-line.tsx'
import { controlLine } from '../../parts/control-line.ts'
import { Facts } from '../../parts/facts.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Page, Section } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Badge, type Look } from '../../parts/status.tsx'
import { useClock } from '../../parts/step-clock.tsx'
import { Time } from '../../parts/time.tsx'
import { clockTime, now, realNow } from '../../time.ts'
import { AdvanceForm } from './advance-form.tsx'
import { SetForm } from './set-form.tsx'

/** What the latest advance on this page did, and when; until the clock is moved otherwise. */
const latest = signal<{ done: ClockAdvanced; at: number } | undefined>(undefined)
listen('state', () => {
  latest.value = undefined
})
effect(() => {
  if (liveClock.value && latest.peek() && isMoved(liveClock.value, latest.peek()!)) latest.value = undefined
})

/** Milliseconds that an answer may have been on its way: a clock that ticks is known no better. */
const slack = 5000

/** Whether a clock was moved after an advance. */
function isMoved({ mode, now }: ClockStatus, { done, at }: NonNullable<typeof latest.value>): boolean {
  const sinceThen = Date.parse(now) - Date.parse(done.now)
  if (mode === 'frozen') return sinceThen !== 0
  return Math.abs(sinceThen - (Date.now() - at)) > slack
}

const looks: Record<ClockStatus['mode'], Look> = {
  real: { tone: 'done', icon: 'clock' },
  frozen: { tone: 'warn', icon: 'pause' },
  offset: { tone: 'warn', icon: 'clock' },
}

/** The clock by which Pinpoint dates and schedules: where it stands, and how it is moved. */
export default function ClockPage() {
  const clock = useClock()
  return (
    <Page
      title="Clock"
      beside={clock.value && <Badge {...looks[clock.value.mode]}>{clock.value.mode}</Badge>}
      ready={clock.value !== undefined}
    >
      <Loaded from={clock}>
        {value => (
          <>
            <Warning clock={value} />
            <Facts
              of={[
                [
                  'Now',
                  <div key="now">
                    <p class="clock-now">{clockTime(now.value, realNow.value)}</p>
                    <p class="meta">{new Date(now.value).toISOString().replace(/\.\d+Z/, 'Z')}</p>
                  </div>,
                ],
                ['Pending', count(value.pending)],
                ['Due next', <DueNext key="next" at={value.nextDue} />],
              ]}
            />
            <Section title="Advance">
              <AdvanceForm
                clock={value}
                onDone={done => {
                  latest.value = { done, at: Date.now() }
                  clock.reload()
                }}
              />
              {latest.value && <Advanced done={latest.value.done} />}
            </Section>
            <Section title="Set">
              <SetForm clock={value} onDone={clock.reload} />
            </Section>
            <Section title="In a test">
              <CodeLine text={controlLine(`-X PUT ${controlUrl}clock -d '{"mode":"frozen"}'`)} />
              <CodeLine text={controlLine(`-X POST ${controlUrl}clock/advance -d '{"by":"PT24H"}'`)} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function DueNext({ at }: { at: string | undefined }) {
  if (at === undefined) return <>Nothing</>
  const left = Date.parse(at) - now.value
  return (
    <>
      <Time at={at} exact /> <span class="meta">{left > 0 ? `in ${duration(left)}` : 'due now'}</span>
    </>
  )
}

/** What it means that the clock is not real. */
function Warning({ clock: { mode } }: { clock: ClockStatus }) {
  if (mode === 'real') return null
  const ahead = now.value - Date.now()
  const away =
    Math.abs(ahead) < 1000 ? 'about' : `${duration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'}`
  return (
    <p class="clock-warning">
      <Icon name="triangle-alert" />
      <span>
        {mode === 'frozen'
          ? 'The clock stands still: what is due later does not run until you advance it. '
          : 'The clock ticks on, but not with the machine’s. '}
        It is {away} the machine’s time. A restart and a snapshot keep it so; a reset makes it real.
      </span>
    </p>
  )
}

const Advanced = ({ done: { from, now, steps, sent, truncated } }: { done: ClockAdvanced }) => (
  <div class="card">
    <p>
      The last advance went from <Time at={from} exact /> to <Time at={now} exact beside={from} />:{' '}
      <b>{plural(steps, 'step')}</b> ran, and <b>{plural(sent, 'message')}</b> {sent === 1 ? 'was' : 'were'}{' '}
      sent. {sent > 0 && <a href="outbox">See the outbox</a>}
    </p>
    {truncated && (
      <p class="clock-warning">
        <Icon name="triangle-alert" />
        <span>It stopped on the way, after 100,000 steps. Advance again to go on.</span>
      </p>
    )}
  </div>
)
