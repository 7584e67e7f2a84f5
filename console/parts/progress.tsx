/**
 * A bar that says how far something is.
 *
 * @param value from 0 to 1; undefined if it is unknown
 */
export const Progress = ({
  label,
  value,
  text,
}: {
  label: string
  value: number | undefined
  /** How far it is, in words. */
  text: string
}) => (
  <div class="progress">
    <progress aria-label={label} aria-valuetext={text} max={1} value={value} />
    <p>{text}</p>
  </div>
)
