import { createFunction } from './function'
import { permissions } from './permissions'
import { trustingScheduler } from './roles'
import { rootSettings } from './settings'

export const sweep = createFunction('Sweep', {
  description:
    'Finds what was put aside, and has it taken up; goes on with exports; closes hours of the log',
  memory: '1024 MB',
  timeout: '5 minutes', // by then the next one is called
  environment: rootSettings,
  permissions: permissions.sweep,
  retries: 0, // the next call is at hand, and two at a time do the same work twice
})

new sst.aws.CronV2('SweepSchedule', {
  function: sweep,
  schedule: 'rate(5 minutes)',
  retries: 0, // of the call itself, when Lambda cannot be reached
  transform: { role: trustingScheduler },
})
