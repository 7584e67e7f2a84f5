import { cutText } from '../format.ts'
import { to } from '../router.ts'

/** A link to an application in a list of other things: its name, cut so that the others have room. */
export const AppLink = ({ id, name = id }: { id: string; name?: string | undefined }) => (
  <a href={to`apps/${id}`} title={name}>
    {cutText(name, 18)}
  </a>
)
