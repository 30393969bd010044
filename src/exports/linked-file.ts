import type { LinkedFile } from '../platform/file-links'
import type { ExportJob } from './export'
import { formats } from './formats/format'
import { EXPORT_BLOBS } from './parts'

/** Names the file of an export where the platform gives it out. */
export function linkedFile({ tenantId, exportId, format, name }: ExportJob): LinkedFile {
  const key = `${EXPORT_BLOBS}${tenantId}/${exportId}/file`
  return { key, name, contentType: formats[format].contentType }
}
