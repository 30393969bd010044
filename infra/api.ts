import { administer } from './administer'
import { doorEnvironment } from './door-secret'
import { createFunction } from './function'
import { permissions } from './permissions'
import { doorKind } from './settings'
import { stream } from './stream'

/**
 * The function answers everything over HTTP. Keys and tokens decide who may do what, the routes
 * decide browsers' CORS.
 */
export const api = createFunction('Api', {
  description: 'Takes events in and reads them back',
  memory: '1024 MB', // half a processor: parsing, not memory, is what a request waits for
  timeout: '29 seconds', // senders give up at thirty
  // API Gateway calls it where nothing may have a public URL.
  ...(doorKind !== 'cloudfront-private' && { url: { cors: false } }),
  environment: {
    ...doorEnvironment,
    // CloudFront leads streams to who streams.
    NONIUS_STREAM_URL: doorKind === undefined ? stream.url : '/',
    NONIUS_ADMINISTER: administer.name,
  },
  permissions: [
    ...permissions.api,
    { actions: ['lambda:InvokeFunction'], resources: [administer.arn] },
  ],
})
