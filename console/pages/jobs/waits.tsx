import type { ImportJobPage } from '../../api/types.ts'
import { Icon } from '../../parts/icon.tsx'
import { jobAddress, jobWordsOf } from '../../parts/jobs.tsx'
import { HoldReason } from './held.tsx'

/** Says for which jobs a job waits, as they have all slots, and what holds them. */
export function Waits({
  type,
  waitsFor,
}: {
  type: string
  waitsFor: NonNullable<ImportJobPage['waitsFor']>
}) {
  const { name } = jobWordsOf(type)
  return (
    <div class="card held">
      <p>
        <Icon name="hourglass" /> Waits, as no more {name.toLowerCase()}s than these run at once:
      </p>
      <ul>
        {waitsFor.map(({ app, id, heldBy }) => (
          <li key={id}>
            <a href={jobAddress({ app, type, id })}>{`${name} ${id}`}</a>
            {heldBy && ' is held'}
            <HoldReason heldBy={heldBy} />
          </li>
        ))}
      </ul>
    </div>
  )
}
