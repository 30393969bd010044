import type { Consents } from './consents'
import type { ConsentNeeds } from './create'
import type { Under13List } from './under13'

type Needs = ConsentNeeds & Parameters<typeof import('./under13')['createUnder13List']>[0]

/** Makes the consents of a process, whose code is loaded with the first tenant that has any. */
export function consentsLater(needs: Needs): { consents: Consents; under13: Under13List } {
  let loading: Promise<Consents> | undefined
  let loadingList: Promise<Under13List> | undefined
  const load = () => {
    loading ??= import('./create').then(({ createConsents }) => createConsents(needs))
    return loading
  }
  const loadList = () => {
    loadingList ??= import('./under13').then(({ createUnder13List }) => createUnder13List(needs))
    return loadingList
  }
  return {
    consents: {
      of: async (...asked) => (await load()).of(...asked),
      get: async (...whose) => (await load()).get(...whose),
      put: async (...put) => (await load()).put(...put),
      remove: async (...whose) => (await load()).remove(...whose),
      list: async (...asked) => (await load()).list(...asked),
      under13: async (...asked) => (await load()).under13(...asked),
    },
    under13: {
      has: async (...asked) => (await loadList()).has(...asked),
      count: async (tenantId) => (await loadList()).count(tenantId),
      add: async (...added) => (await loadList()).add(...added),
      replace: async (...added) => (await loadList()).replace(...added),
      remove: async (...whose) => (await loadList()).remove(...whose),
      removeAll: async (tenantId) => (await loadList()).removeAll(tenantId),
    },
  }
}
