/** Tests of the app that the deployment cannot run, by the reason, and by their names. */
export const notOnAws: Record<string, string[]> = {}
