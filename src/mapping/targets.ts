import type { StandardName } from '../event/record'

/** Events can be read as documents of these standards, whichever they were sent in. */
export const conversionTargets = ['xapi', 'caliper'] as const satisfies readonly StandardName[]
export type ConversionTarget = (typeof conversionTargets)[number]
