import { createFunction } from './function'
import { permissions } from './permissions'
import { trustingScheduler } from './roles'

/** The function carries erasures out: it alone may look at every event, and delete it. */
export const erase = createFunction('Erase', {
  description: 'Erases people from everything that is kept of a tenant, and certifies it',
  memory: '1024 MB',
  timeout: '15 minutes', // Lambda's own limit; the next call goes on where this one ended
  permissions: permissions.erase,
  retries: 0,
})

new sst.aws.CronV2('EraseSchedule', {
  function: erase,
  schedule: 'rate(10 minutes)',
  retries: 0,
  transform: { role: trustingScheduler },
})
