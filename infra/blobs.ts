/** Bodies beside the tables, requests the hot store could not take, batches the changes gave up on. */
export const blobs = new sst.aws.Bucket('Blobs', {
  cors: false,
  transform: { bucket: keptUnlessEmpty },
})

/** S3 refuses to delete a bucket that holds something; SST would empty it first. */
export function keptUnlessEmpty(bucket: { forceDestroy?: unknown }): undefined {
  bucket.forceDestroy = $app.stage !== 'production'
}
