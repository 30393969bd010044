/** The state of a tenant's governance is this one document. */
export const STATE_KEY = ['governance', 'state'] as const
