import { createFunction } from './function'
import { permissions } from './permissions'

/**
 * The function gives out keys and changes tenants, and answers nothing else. It has no address: `api` hands on to it
 * what it is asked of that, and may write no key itself.
 */
export const administer = createFunction('Administer', {
  description: 'Gives out keys and changes tenants',
  memory: '1024 MB', // people wait for it, and its start is most of what they wait for
  timeout: '25 seconds', // `api` answers for it within its own
  permissions: permissions.administer,
})
