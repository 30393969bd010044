export { bucketOf, percentileOf, upperBoundOf } from '../syntax/latency'
