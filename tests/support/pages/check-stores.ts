import { checkStore } from '../../../packages/client/src/queue/check-store'
import { indexedStore } from '../../../packages/client/src/queue/indexed'
import { localStore } from '../../../packages/client/src/queue/local'

// A page of a test runs it, in which the stores are the browser's own.
Object.assign(globalThis, {
  async checkStores() {
    await checkStore(indexedStore)
    await checkStore(localStore)
  },
})
