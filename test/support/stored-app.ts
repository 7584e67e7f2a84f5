import type { AppRef } from '../../server/store/applications/applications.ts'
import type { Store } from '../../server/store/open-store.ts'

/** An application as a store is given it: its id says all. */
export const appOf = (Id: string) => ({
  Id,
  Arn: `arn:aws:mobiletargeting:us-east-1:123456789012:apps/${Id}`,
  Name: Id,
  CreationDate: '2026-01-02T03:04:05.678Z',
  tags: {},
})

/** Creates an application in a store, without a call. */
export const storeApp = (store: Store, id = 'shop'): Promise<AppRef> =>
  store.write(() => {
    store.apps.create(appOf(id))
    return store.apps.find(id)!
  })
