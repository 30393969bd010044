export { bucketOf, percentileOf, upperBoundOf } from '../platform/latency'
