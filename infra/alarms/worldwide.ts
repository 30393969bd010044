import { distributionId } from '../door'
import type { Metric } from '../metrics'
import { billUsd } from '../settings'
import type { Alarm } from './alarm'

/** These metrics are in one region, wherever the rest is. */
export const GLOBAL_REGION = 'us-east-1'

/**
 * It says that the account's bill of this month is higher than expected. CloudWatch has that number in one region, some
 * four times a day, and only once "Receive CloudWatch billing alerts" was chosen in the account's billing preferences
 * ("Create a billing alarm to monitor your estimated AWS charges", CloudWatch's guide).
 */
const bill: Alarm = {
  name: 'Bill',
  description: `The bill of this account is above US$ ${billUsd} this month`,
  metrics: {
    usd: {
      namespace: 'AWS/Billing',
      name: 'EstimatedCharges',
      stat: 'Maximum',
      dimensions: { Currency: 'USD' },
      period: 6 * 60 * 60,
    },
  },
  expression: 'usd',
  comparison: 'GreaterThanThreshold',
  threshold: billUsd,
  periods: 1,
}

/** Names what CloudFront counts of a distribution ("Types of metrics for CloudFront", its guide). */
function ofDoor(DistributionId: $util.Input<string>, name: string, stat: Metric['stat']): Metric {
  return {
    namespace: 'AWS/CloudFront',
    name,
    stat,
    dimensions: { DistributionId, Region: 'Global' },
  }
}

/** It says what the functions cannot: that CloudFront does not reach them. */
function cloudFront(id: $util.Input<string>): Alarm {
  return {
    name: 'ServerErrorsCloudFront',
    section: 'ServerErrors',
    description: 'More than 1 % of the requests to CloudFront are answered with 5xx',
    metrics: {
      rate: ofDoor(id, '5xxErrorRate', 'Average'),
      requests: ofDoor(id, 'Requests', 'Sum'),
    },
    expression: 'IF(requests >= 100, rate, 0)',
    comparison: 'GreaterThanThreshold',
    threshold: 1,
    periods: 1,
  }
}

/** These look at metrics that are in one region alone. */
export const worldwide: Alarm[] = [
  ...(billUsd === 0 ? [] : [bill]),
  ...(distributionId ? [cloudFront(distributionId)] : []),
]
