import type { Building as ReducerBuilding } from '../../reducers/reading/declared'
import { z } from '../zod'

export const State = z
  .object({
    reducer: z.string(),
    version: z.int(),
    learner: z.string().optional().openapi({ description: 'As events name them' }),
    of: z.string().optional().openapi({
      description: 'The value of the field, where there is a state for each: a document, say',
    }),
    source: z.string().optional(),
    group: z.string().optional(),
    state: z.unknown().openapi({ description: 'JSON, as the reducer shows it' }),
    events: z.int().openapi({ description: 'So many events are in it' }),
    skipped: z.int().openapi({ description: 'So many were left out: the reducer failed on them' }),
    through: z.string().openapi({ description: 'When the latest of them arrived, ISO 8601 UTC' }),
    updatedAt: z.string(),
  })
  .openapi('ReducerState')

export const stateExample = {
  ...{ reducer: 'time-on-task', version: 1, learner: 'https://example.edu/users/554433' },
  state: { activeMinutes: 41.5, sittings: 2 },
  ...{
    events: 311,
    skipped: 0,
    through: '2026-11-30T09:30:00.120Z',
    updatedAt: '2026-11-30T09:30:00.310Z',
  },
}

export const ReducerParams = z.object({
  name: z.string().min(1).max(64).openapi({ example: 'time-on-task' }),
})

const id = (description: string, example: string) =>
  z.string().min(1).max(2048).optional().openapi({ description, example })

export const askedFields = {
  group: id(
    'The learners of this course or group: who is enrolled by its roster, and whose events named it. Of a reducer with a state for each group: that of this one',
    'https://example.edu/courses/7',
  ),
  learner: id('This learner alone', 'https://example.edu/users/554433'),
  source: id('Of a reducer with a state for each source: that of this one', 'writing'),
}

const Progress = z
  .object({
    read: z.int().openapi({ description: 'Events that were looked at' }),
    applied: z.int(),
    skipped: z.int(),
    at: z.string().openapi({ description: 'All that arrived before is in the states' }),
    percent: z.int(),
    trouble: z.string().optional().openapi({ description: 'Why it does not go on' }),
  })
  .openapi('ReducerProgress')

export const Building = z
  .object({ version: z.int(), since: z.string(), progress: Progress.optional() })
  .openapi('ReducerBuilding', {
    description: 'States are made anew from all that is stored, and shown once all is in them',
  })

/** Shows how far states are that are being made; where that stands is ours to know. */
export function viewOfBuilding({ version, since, progress }: ReducerBuilding) {
  if (progress === undefined) return { version, since }
  const { read = 0, applied = 0, skipped = 0, at = since, percent = 0, trouble } = progress
  const shown = { read, applied, skipped, at, percent }
  return { version, since, progress: { ...shown, ...(trouble !== undefined && { trouble }) } }
}
