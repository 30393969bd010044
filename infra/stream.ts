import { createFunction } from './function'
import { permissions } from './permissions'
import { maxStreams, streamSeconds } from './settings'

/**
 * The function streams events over HTTP. API Gateway and the URL of `api` have whole answers only,
 * so it has a URL of its own, to which the API sends those who ask for a stream.
 */
export const stream = createFunction('Stream', {
  description: 'Streams events to those who follow them',
  // Each stream is a call, which mostly waits: memory is what its minutes cost.
  memory: '256 MB',
  timeout: '15 minutes', // the most that Lambda allows; an answer ends itself before
  url: { cors: false },
  streaming: true,
  environment: { NONIUS_STREAM_SECONDS: String(streamSeconds) },
  // They wait, but count as calls: streams are not to have what taking events in needs.
  concurrency: maxStreams === undefined ? undefined : { reserved: maxStreams },
  permissions: permissions.stream,
})
