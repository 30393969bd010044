import { accountId, partition, region } from './stage'

interface Condition {
  StringEquals?: Record<string, $util.Input<string>>
  ArnLike?: Record<string, $util.Input<string>>
}

/**
 * Lets one service take a role on, and nobody in the account.
 * @param Condition says for whom the service may, where the service tells it: it must not be our deputy for others
 */
export function trustedBy(service: string, Condition?: Condition) {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  return $jsonStringify({
    Version: '2012-10-17',
    Statement: [{ ...statement, ...(Condition && { Condition }) }],
  })
}

const trustedByScheduler = trustedBy('scheduler.amazonaws.com', {
  StringEquals: { 'aws:SourceAccount': accountId },
  ArnLike: {
    'aws:SourceArn': $interpolate`arn:${partition}:scheduler:${region}:${accountId}:schedule-group/default`,
  },
})

/**
 * Has EventBridge Scheduler take the role of a schedule on for schedules of this account alone, which are in the
 * group that there always is: the condition has to name a group, not a schedule ("Confused deputy prevention in
 * EventBridge Scheduler", its user guide). For roles of functions and of delivery streams AWS documents no such
 * condition (`aws:SourceArn` "applies only to policies where your Lambda function is the target resource", "Using
 * source function ARN", Lambda's guide): nobody can pass a role of this account to a service from another one.
 */
export function trustingScheduler(role: { assumeRolePolicy: unknown }): undefined {
  role.assumeRolePolicy = trustedByScheduler
}
