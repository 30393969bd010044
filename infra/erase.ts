import { createFunction } from './function'
import { permissions } from './permissions'

/**
 * The function erases people from every store, which it alone may search as a whole; the lake's job does
 * the same there.
 */
export const erase = createFunction('Erase', {
  description: 'Erases people from every store',
  memory: '1024 MB',
  timeout: '15 minutes', // Lambda's own limit; the next call goes on where this one ended
  permissions: permissions.erase,
  retries: 0,
})

new sst.aws.CronV2('EraseSchedule', {
  function: erase,
  // Somebody who asked looks again after some minutes; a call that finds nothing to do reads one document.
  schedule: 'rate(15 minutes)',
  retries: 0,
})
