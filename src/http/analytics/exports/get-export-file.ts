import { AppError } from '../../../error/app-error'
import type { App, AppDeps } from '../../context'
import { readFileLink } from '../../file-link'
import { problems, requestIdHeader } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { EXPORT_FILE, type ExportLink } from './view'

function fileReply(description: string) {
  return {
    description,
    headers: z.object({
      ...requestIdHeader,
      'Content-Disposition': z.string().openapi({ description: 'A name for the file' }),
    }),
    content: { '*/*': { schema: z.string().openapi({ format: 'binary' }) } },
  }
}

const route = createRoute({
  method: 'get',
  path: '/analytics/export-files/{token}',
  operationId: 'getExportFile',
  tags: ['Analytics'],
  summary: 'Fetch the file of an export',
  description:
    'No key: the address itself is the secret. It comes from the export, is good for 15 minutes, and ends with the file. On AWS the address is one of S3.',
  request: {
    params: z.object({
      token: z
        .string()
        .max(1024)
        .openapi({ example: 'eyJ0IjoiZGVmYXVsdCJ9.q83vEjRWeJCrze8SNFZ4kA' }),
    }),
  },
  responses: {
    200: fileReply('The file'),
    206: fileReply('The rest of it, from the byte that `Range: bytes=N-` names on'),
    ...problems('invalid_request', 'not_found', 'gone', 'unavailable'),
  },
})

export function getExportFile(app: App, deps: AppDeps) {
  const { services } = deps
  operation(app, route, {}, async (c, { params, reply }) => {
    const link = await readFileLink<ExportLink>(c, deps, {
      token: params.token,
      question: EXPORT_FILE,
      over,
    })
    const { tenantId, exportId } = link
    const from = Number(RANGE.exec(c.req.header('Range') ?? '')?.[1] ?? 0)
    const file = await services.exports.open({ tenantId, exportId }, from)
    if (file === undefined) throw over()
    // Whoever has the address reads it: who that is, nobody knows.
    const details = { rows: file.job.rows }
    const fetched = { action: 'export.fetched', by: 'link', target: exportId, details }
    await services.audit.append(tenantId, fetched)
    const { contentType, pieces, size } = file
    const named = { contentType, name: file.job.name, pieces }
    c.header('Accept-Ranges', 'bytes')
    // A range that begins beyond the end, or in any other form, is answered by the whole (RFC 9110, 14.2).
    if (from === 0 || from >= size) {
      c.header('Content-Length', String(size))
      return reply.download(c, 200, named)
    }
    c.header('Content-Length', String(size - from))
    c.header('Content-Range', `bytes ${from}-${size - 1}/${size}`)
    return reply.download(c, 206, named)
  })
}

// Whoever goes on with a download asks so; nothing else is worth more code.
const RANGE = /^bytes=(\d{1,15})-$/

function over(): AppError {
  return new AppError('gone', 'This address is not good any more: ask the export for a new one.')
}
