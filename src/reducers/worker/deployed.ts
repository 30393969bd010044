/**
 * Modules of the operator that were put into the bundle when it was made (`infra/bundle.ts`). On one machine
 * there are none: they are read from their folder.
 */
export const deployed: readonly { origin: string; exported: unknown }[] = []
