import { AppError } from '../../../error/app-error'
import { type ExportJob, exportFormats, exportStatuses, progressOf } from '../../../exports/export'
import type { AppContext, AppDeps } from '../../context'
import { absoluteUrl } from '../../links'
import { z } from '../../zod'

const time = z.iso.datetime()

export const ExportParams = z.object({
  id: z.string().max(64).openapi({ example: 'exp_5f0c2a1e-8f5b-4a41-9b0e-2a1f8c7d6e5f' }),
})

const shown = {
  id: z.string(),
  status: z.enum(exportStatuses).openapi({
    description:
      '`ready`: it can be fetched. `failed`: `problem` says why; nothing of it is kept. `expired`: its file is deleted.',
  }),
  format: z.enum(exportFormats),
  name: z.string().openapi({ description: 'The file is called so' }),
  createdAt: time.openapi({ description: 'What arrived before then is in it' }),
  progress: z.number().min(0).max(1).openapi({ description: 'How far it is' }),
  rows: z.int().openapi({ description: 'Events in the file, so far' }),
  bytes: z.int().openapi({ description: 'Of the file, so far' }),
  readyAt: time.optional(),
  keptUntil: time.optional().openapi({ description: 'The file is deleted then' }),
  problem: z.string().optional().openapi({ description: 'Why it failed' }),
}

export const ExportEntry = z.object(shown).openapi('ExportEntry')

export const ExportView = z
  .object({
    ...shown,
    url: z
      .string()
      .optional()
      .openapi({ description: 'Where to fetch the file, without a key; there when it is `ready`' }),
    expiresAt: time.optional().openapi({ description: 'The address is good until then' }),
  })
  .openapi('Export')

export const exportExample: z.output<typeof ExportView> = {
  id: 'exp_5f0c2a1e-8f5b-4a41-9b0e-2a1f8c7d6e5f',
  ...{ status: 'ready', format: 'jsonl' },
  name: 'events_2026-11-01_2026-11-30_asked-2026-12-01T0805.jsonl.gz',
  createdAt: '2026-12-01T08:05:00.000Z',
  ...{ progress: 1, rows: 120_400, bytes: 18_203_114 },
  readyAt: '2026-12-01T08:05:09.000Z',
  keptUntil: '2026-12-04T08:05:09.000Z',
  url: 'https://nonius.example.edu/analytics/export-files/eyJ0IjoiZGVmYXVsdCJ9.q83vEjRWeJCrze8SNFZ4kA',
  expiresAt: '2026-12-01T08:20:10.000Z',
}

export function entryOf(job: ExportJob): z.output<typeof ExportEntry> {
  const { exportId: id, status, format, name, createdAt, rows, parts, readyAt, problem } = job
  const bytes = parts.reduce((sum, size) => sum + size, 0)
  const { expiresAt: keptUntil } = job
  return {
    ...{ id, status, format, name, createdAt, progress: progressOf(job), rows, bytes },
    ...{ readyAt, keptUntil, problem },
  }
}

// Long enough to begin fetching it, also where the credentials that sign it are Lambda's own; and too short to be
// found in a history of a browser and used.
const LINK_SECONDS = 15 * 60
export const EXPORT_FILE = 'export file'

/** A link says this, signed. */
export interface ExportLink {
  tenantId: string
  exportId: string
  until: string
}

/** Writes a new address of the file, unless its time is over. */
export async function viewOf(
  c: AppContext,
  { platform, services: { clock, exports } }: AppDeps,
  job: ExportJob,
): Promise<z.output<typeof ExportView>> {
  const now = clock.now()
  const view = entryOf(job)
  if (job.status !== 'ready') return view
  if (job.expiresAt! <= now.toISOString()) return { ...view, status: 'expired' }
  const end = Math.min(now.getTime() + LINK_SECONDS * 1000, Date.parse(job.expiresAt!))
  const until = new Date(end).toISOString()
  const linked = await exports.link(job, Math.ceil((end - now.getTime()) / 1000))
  return { ...view, url: linked ?? (await ourAddress()), expiresAt: until }

  async function ourAddress() {
    const { tenantId, exportId } = job
    const link: ExportLink = { tenantId, exportId, until }
    const token = (await platform.tokens()).issue(link, EXPORT_FILE)
    return absoluteUrl(c, `/analytics/export-files/${token}`)
  }
}

export function noSuchExport(): AppError {
  return new AppError(
    'not_found',
    'There is no export of yours of this id, or it was made more than 30 days ago.',
  )
}
