import { appName, cutText } from '../format.ts'
import { to } from '../router.ts'

/** A link to an application in a list of other things: its name, cut so that the others have room. */
export function AppLink({ id, name = id }: { id: string; name?: string | undefined }) {
  const shown = appName(name, id)
  return (
    <a href={to`apps/${id}`} title={shown}>
      {cutText(shown, 18)}
    </a>
  )
}
