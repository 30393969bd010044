import { billUsd } from '../settings'
import type { Alarm } from './alarm'

/**
 * It says that the account's bill of this month is higher than expected. CloudWatch has that number in one region, some
 * four times a day, and only once "Receive CloudWatch billing alerts" was chosen in the account's billing preferences
 * ("Create a billing alarm to monitor your estimated AWS charges", CloudWatch's guide).
 */
export const bill: Alarm[] =
  billUsd === 0
    ? []
    : [
        {
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
        },
      ]

/** The bills of all regions are here. */
export const BILLING_REGION = 'us-east-1'
