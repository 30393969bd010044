import type { Exports } from './exports'

/** Files that people exported go with whoever may be in them. */
export function exportsPlace(exports: Pick<Exports, 'erase'>) {
  return {
    name: 'exports',
    method:
      'Every file of the organisation was deleted, but those of one other learner, from which others were taken out when they were made.',

    async search(asked: { tenantId: string; actorIds: readonly string[]; isDryRun: boolean }) {
      const { tenantId, actorIds, isDryRun } = asked
      const { looked, found } = await exports.erase(tenantId, actorIds, { isDryRun })
      return { looked, found, removed: isDryRun ? 0 : found }
    },
  }
}
