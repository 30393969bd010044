import { doorEnvironment } from './door-secret'
import { createFunction } from './function'
import { permissions } from './permissions'
import { doorKind, maxStreams, maxStreamsPerTenant, streamSeconds } from './settings'

/**
 * The function streams events over HTTP. API Gateway and the URL of `api` have whole answers only,
 * so it has a URL of its own, to which the API sends those who ask for a stream.
 */
export const stream = createFunction('Stream', {
  description: 'Streams events to those who follow them',
  // Each stream is a call, which mostly waits: memory is what its minutes cost.
  memory: '256 MB',
  timeout: '15 minutes', // the most that Lambda allows; an answer ends itself before
  // Requests for streams have no body, so that CloudFront can sign them.
  url: { cors: false, ...(doorKind === 'cloudfront-private' && { authorization: 'iam' }) },
  streaming: true,
  environment: {
    ...doorEnvironment,
    NONIUS_STREAM_SECONDS: String(streamSeconds),
    NONIUS_MAX_STREAMS_PER_TENANT: String(maxStreamsPerTenant),
  },
  // They wait, but count as calls: streams are not to have what taking events in needs.
  concurrency: maxStreams === undefined ? undefined : { reserved: maxStreams },
  permissions: permissions.stream,
})
