import type { AccessRequest } from './policy'
import type { SignedRequest } from './signed-request'

/**
 * Tells which permissions a request to S3 needs ("Required permissions for Amazon S3 API
 * operations"); path style.
 */
export function s3Access(request: SignedRequest): AccessRequest[] {
  const { method, query, headers, body } = request
  const { bucket, key } = placeOf(request)
  const onBucket = (action: string) => ({ action, resource: `arn:aws:s3:::${bucket}` })
  const on = (action: string, object = key) => ({
    action,
    resource: `arn:aws:s3:::${bucket}/${object}`,
  })
  if (method === 'POST' && query.has('delete')) {
    const keys = [...body.toString().matchAll(/<Key>([\s\S]*?)<\/Key>/g)]
    return keys.map(([, one]) => on('s3:DeleteObject', one))
  }
  if (!key) return method === 'GET' || method === 'HEAD' ? [onBucket('s3:ListBucket')] : []
  switch (method) {
    case 'GET':
    case 'HEAD':
      return [on('s3:GetObject')]
    case 'PUT': {
      const source = headers['x-amz-copy-source']
      const read = source && { action: 's3:GetObject', resource: `arn:aws:s3:::${source}` }
      return [on('s3:PutObject'), ...(read ? [read] : [])]
    }
    case 'POST':
      return [on('s3:PutObject')] // this is a multipart upload, begun or completed
    case 'DELETE':
      return [on(query.has('uploadId') ? 's3:AbortMultipartUpload' : 's3:DeleteObject')]
    default:
      return []
  }
}

/**
 * Returns the permission that a caller needs to learn that an object is missing: without listing
 * the bucket, `GetObject` answers 403 instead of 404 (API reference, GetObject).
 */
export function accessToKnowOfAbsence(request: SignedRequest): AccessRequest | undefined {
  const { bucket, key } = placeOf(request)
  if (!key || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined
  return { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` }
}

function placeOf({ path }: SignedRequest) {
  const [bucket = '', ...rest] = path.slice(1).split('/')
  return { bucket, key: rest.join('/') }
}
