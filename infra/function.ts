import { issuer } from './auth'
import { bundled } from './bundle'
import type { Permissions } from './permissions/permission'
import { nonius } from './resources'
import { trustedBy } from './roles'
import { environment } from './settings'
import { sameName } from './stage'

interface Options {
  description: string
  memory: `${number} MB`
  timeout: NonNullable<ConstructorParameters<typeof sst.aws.Function>[1]['timeout']>
  permissions: Permissions
  /** Only who signs may call it with `iam`. */
  url?: { cors: false; authorization?: 'iam' }
  /** If true, what the function writes leaves as it is written. */
  streaming?: true
  /** These settings are its own, beside those that all functions have. */
  environment?: Record<string, $util.Input<string>>
  /** At most so many calls run at a time, and so many are kept for it. Left out, any. */
  concurrency?: { reserved: number } | undefined
  /** Counts the retries of calls that nobody waits for. Lambda's own number is 2. */
  retries?: number
}

/** These are the functions that there are, by name: whatever is created has alarms. */
export const created = new Map<string, sst.aws.Function>()

/**
 * Creates a function of `functions/`, run as all of ours are.
 * @param name of the function; its file is in lower case
 */
export function createFunction(name: string, given: Options) {
  const { permissions, environment: own, ...options } = given
  const file = name.toLowerCase()
  const logs = new aws.cloudwatch.LogGroup(
    `${name}Logs`,
    {
      name: `/nonius/${$app.stage}/${file}`,
      retentionInDays: 30, // long enough to look into last month's incident; there is nothing personal
    },
    sameName,
  )
  const writeLogs = {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [$interpolate`${logs.arn}:*`],
  }
  const made = new sst.aws.Function(name, {
    ...options,
    bundle: bundled(file),
    handler: `${file}.handler`,
    runtime: 'nodejs24.x',
    architecture: 'arm64', // a fifth cheaper than x86_64 for the same work
    environment: { NONIUS_OIDC_ISSUER: issuer, ...environment, ...own },
    link: [nonius],
    logging: { logGroup: logs.name, format: 'json' },
    permissions: [...permissions, writeLogs],
    transform: {
      function(args) {
        args.loggingConfig = {
          logGroup: logs.name,
          logFormat: 'JSON',
          // Lambda's own lines about every call (start, end, report) cost as much as the line of
          // metrics; from WARN on it speaks of calls that failed or ran out of time.
          systemLogLevel: 'WARN',
          applicationLogLevel: 'TRACE', // NONIUS_LOG_LEVEL chooses what we say
        }
        return undefined
      },
      role(role) {
        // SST's own role lets every identity of the account take it on, and write to every log.
        role.assumeRolePolicy = trustedBy('lambda.amazonaws.com')
        role.managedPolicyArns = []
        return undefined
      },
    },
  })
  created.set(name, made)
  return made
}
