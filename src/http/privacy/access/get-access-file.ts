import { AppError } from '../../../error/app-error'
import type { App, AppDeps } from '../../context'
import { readFileLink } from '../../file-link'
import { problems, requestIdHeader } from '../../openapi'
import { operation } from '../../operation'
import { createRoute } from '../../route'
import { z } from '../../zod'
import { FILE_QUESTION, type FileLink, maxBytesOf } from './view'

const route = createRoute({
  method: 'get',
  path: '/privacy/access-files/{token}',
  operationId: 'getAccessFile',
  tags: ['Privacy'],
  summary: 'Fetch a file of an access request',
  description:
    'No key: the address itself is the secret. It comes from the access request, is good for an hour, and ends with the files.',
  request: {
    params: z.object({
      token: z
        .string()
        .max(1024)
        .openapi({ example: 'eyJ0IjoiZGVmYXVsdCJ9.q83vEjRWeJCrze8SNFZ4kA' }),
    }),
  },
  responses: {
    200: {
      description: 'A ZIP',
      headers: z.object({
        ...requestIdHeader,
        'Content-Disposition': z.string().openapi({ description: 'A name for the file' }),
      }),
      content: { '*/*': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problems('invalid_request', 'not_found', 'gone', 'unavailable'),
  },
})

export function getAccessFile(app: App, deps: AppDeps) {
  const { options, services } = deps
  operation(app, route, {}, async (c, { params, reply }) => {
    const link = await readFileLink<FileLink>(c, deps, {
      token: params.token,
      question: FILE_QUESTION,
      over,
    })
    const { tenantId, accessId, volume } = link
    const request = await services.access.get({ tenantId, accessId })
    const pieces = request && (await services.access.open(request, volume, maxBytesOf(options)))
    if (request === undefined || pieces === undefined) throw over()
    // Whoever has the address reads it: who that is, nobody knows.
    const details = { volume, events: request.found.events }
    const read = { action: 'access.fetched', by: 'link', target: accessId, details }
    await services.audit.append(tenantId, read)
    const name = `access-${request.createdAt.slice(0, 10)}-${volume}.zip`
    return reply.download(c, 200, { contentType: 'application/zip', name, pieces })
  })
}

function over(): AppError {
  return new AppError(
    'gone',
    'This address is not good any more: ask the access request for a new one.',
  )
}
