import { changes } from './changes'
import { follow } from './follow'
import { createFunction } from './function'
import { permissions } from './permissions'
import { trustingScheduler } from './roles'
import { rootSettings } from './settings'

export const sweep = createFunction('Sweep', {
  description:
    'Takes up again what was put aside: spilled requests, exports, batches that failed; closes hours of the log',
  memory: '1024 MB',
  timeout: '5 minutes', // by then the next one is called
  // A batch that was given up names the function that failed on it.
  environment: {
    NONIUS_CHANGES_ARN: changes.arn,
    NONIUS_FOLLOW_ARN: follow.arn,
    ...rootSettings,
  },
  permissions: permissions.sweep,
  retries: 0, // the next call is at hand, and two at a time do the same work twice
})

new sst.aws.CronV2('SweepSchedule', {
  function: sweep,
  schedule: 'rate(5 minutes)',
  retries: 0, // of the call itself, when Lambda cannot be reached
  transform: { role: trustingScheduler },
})
