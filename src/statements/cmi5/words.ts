/** The words of cmi5 for what a course may record (10.0, launchMode). */
export const launchModes = ['Normal', 'Browse', 'Review'] as const
/** The words of cmi5 for when a course is done with (13.1.4, moveOn). */
export const moveOns = [
  'NotApplicable',
  'Passed',
  'Completed',
  'CompletedAndPassed',
  'CompletedOrPassed',
] as const
