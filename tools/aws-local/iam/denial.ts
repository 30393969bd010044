/** Writes a refusal in the form that clients of the service understand. */
export function denial(service: string, message: string) {
  if (service === 's3') return s3Error('AccessDenied', message)
  const body = JSON.stringify({ __type: 'AccessDeniedException', message })
  return { status: service === 'execute-api' ? 403 : 400, type: 'application/x-amz-json-1.0', body }
}

export function unknownKey(service: string | undefined) {
  if (service === 's3')
    return s3Error('InvalidAccessKeyId', 'The AWS access key Id does not exist.')
  const message = 'The security token included in the request is invalid.'
  const body = JSON.stringify({ __type: 'UnrecognizedClientException', message })
  return { status: 400, type: 'application/x-amz-json-1.0', body }
}

function s3Error(code: string, message: string) {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return { status: 403, type: 'application/xml', body }
}
