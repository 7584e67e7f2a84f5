import { type Condition, quoted } from '../../parts/dimensions.ts'

/** A condition in words; if these do not name all of its values, they unfold. */
export function ConditionWords({ condition: { words, values } }: { condition: Condition }) {
  if (values === undefined) return <>{words}</>
  return (
    <details>
      <summary>{words}</summary>
      {quoted(values).join(', ')}
    </details>
  )
}
