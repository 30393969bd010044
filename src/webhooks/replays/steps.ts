export const steps = ['pause', 'resume', 'cancel'] as const
/** A step changes what becomes of a replay. */
export type Step = (typeof steps)[number]
