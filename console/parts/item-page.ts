import { type Fetched, useFetched } from '../api/fetched.ts'
import { type ListPage, pageAddress } from './paged-table.tsx'

/** A list as Pinpoint's own operations answer it. */
interface ItemPage<Row> {
  Item: Row[]
  NextToken?: string
}

/** `usePage` for a list of one of Pinpoint's own operations. */
export function useItemPage<Row>(address: string | undefined): Fetched<ListPage<Row>> {
  const fetched = useFetched<ItemPage<Row>>(address && pageAddress(address))
  const { value } = fetched
  return {
    ...fetched,
    value: value && {
      items: value.Item,
      ...(value.NextToken !== undefined && { nextToken: value.NextToken }),
    },
  }
}
