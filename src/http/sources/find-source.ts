import { AppError } from '../../error/app-error'
import type { Source } from '../../platform/registry/sources'
import type { AppDeps } from '../context'
import { z } from '../zod'

export const SourceParams = z.object({ id: z.string().openapi({ example: 'canvas' }) })

/** @throws {AppError} `not_found`, also for a source of another tenant */
export async function findSource(
  { platform }: AppDeps,
  tenantId: string,
  sourceId: string,
): Promise<Source> {
  const source = await platform.registry.sources.get(tenantId, sourceId)
  if (source !== undefined) return source
  throw new AppError('not_found', 'No source of yours has this id.')
}
