import { administer } from './administer'
import { createFunction } from './function'
import { permissions } from './permissions'
import { stream } from './stream'

/**
 * The function answers everything over HTTP. Keys and tokens decide who may do what, the routes
 * decide browsers' CORS.
 */
export const api = createFunction('Api', {
  description: 'Takes events in and reads them back',
  memory: '1024 MB', // half a processor: parsing, not memory, is what a request waits for
  timeout: '29 seconds', // senders give up at thirty
  url: { cors: false },
  environment: { NONIUS_STREAM_URL: stream.url, NONIUS_ADMINISTER: administer.name },
  permissions: [
    ...permissions.api,
    { actions: ['lambda:InvokeFunction'], resources: [administer.arn] },
  ],
})
