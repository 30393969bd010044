import { createFunction } from './function'
import { permissions } from './permissions'
import { trustingScheduler } from './roles'

/**
 * The function settles closed days, and carries out what waits for it: erasures, and what has been kept for
 * long enough. Athena does the work; the function asks and waits.
 */
export const settle = createFunction('Settle', {
  description: 'Settles the lake: each event once, in files of a good size',
  memory: '512 MB',
  timeout: '15 minutes', // Lambda's own limit; the next call goes on where this one ended
  permissions: permissions.settle,
  retries: 0,
})

new sst.aws.CronV2('SettleSchedule', {
  function: settle,
  // A day is closed three hours after its end; the other calls find nothing to do, or what a night did
  // not come to.
  schedule: 'rate(1 hour)',
  retries: 0,
  transform: { role: trustingScheduler },
})
