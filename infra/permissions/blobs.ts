import { blobPlaces } from '../../src/platform/aws/deployed/blobs'
import { blobs } from '../blobs'
import { rootBuckets } from '../settings'
import { partition } from '../stage'
import type { Permissions } from './permission'

type Place = keyof typeof blobPlaces

/** Lists the ARNs of all blobs at these places. */
const blobsAt = (places: readonly Place[]) =>
  places.map((place) => $interpolate`${blobs.arn}/${blobPlaces[place]}*`)

/** Reads the blobs at these places. */
export const getBlobs = (...places: Place[]): Permissions => [
  { actions: ['s3:GetObject'], resources: blobsAt(places) },
  // S3 needs it to say 404, and not 403, of what is not there; a condition on the prefix would not do, since
  // reading one object has none.
  { actions: ['s3:ListBucket'], resources: [blobs.arn] },
]

export const putBlobs = (...places: Place[]): Permissions => [
  { actions: ['s3:PutObject'], resources: blobsAt(places) },
]

export const deleteBlobs = (...places: Place[]): Permissions => [
  { actions: ['s3:DeleteObject'], resources: blobsAt(places) },
]

/** Leaves off a file of an export that is being put together; to put it together is to put a blob. */
export const abandonExports: Permissions = [
  { actions: ['s3:AbortMultipartUpload'], resources: blobsAt(['exports']) },
]

/** Stores what is too large for the lake or for a record store, changes that cannot be read, and leaves of trees. */
export const putLargeAndFailed = putBlobs('large', 'failed', 'statements', 'leaves')

/** Lets Lambda's poller put the batches it gives up here, in the name of the function. */
export const discardBatches: Permissions = [...putBlobs('givenUp')]

/** Writes roots of the log where whoever deploys says, and can change nothing there. */
export const publishRoots: Permissions = rootBuckets.map(({ bucket, prefix }) => ({
  actions: ['s3:PutObject'],
  resources: [$interpolate`arn:${partition}:s3:::${bucket}/${prefix}*`],
}))
