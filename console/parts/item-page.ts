import { type Fetched, useFetched } from '../api/fetched.ts'
import { place } from '../router.ts'
import type { ListPage } from './paged-table.tsx'

const pageSize = 100

/** A list as Pinpoint's own operations answer it. */
interface ItemPage<Row> {
  Item: Row[]
  NextToken?: string
}

/** `usePage` for a list of one of Pinpoint's own operations. */
export function useItemPage<Row>(address: string | undefined): Fetched<ListPage<Row>> {
  const token = place.value.query.get('token')
  const more = `page-size=${pageSize}${token === null ? '' : `&token=${encodeURIComponent(token)}`}`
  const fetched = useFetched<ItemPage<Row>>(
    address && `${address}${address.includes('?') ? '&' : '?'}${more}`,
  )
  const { value } = fetched
  return {
    ...fetched,
    value: value && {
      items: value.Item,
      ...(value.NextToken !== undefined && { nextToken: value.NextToken }),
    },
  }
}
