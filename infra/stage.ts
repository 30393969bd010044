// A stage's name may be as long as the prefix of Cognito's domain has room for: 63 characters, of
// which `nonius-` and the number of the account with its hyphen take 20. Glue's names are in lower
// case, and Cognito takes no name of its own or of its makers.
const STAGE = /^(?!.*(aws|amazon|cognito))[a-z0-9]([a-z0-9-]{0,41}[a-z0-9])?$/

if (!STAGE.test($app.stage)) {
  throw new Error(
    `A stage is named by up to 43 lower-case letters, digits and hyphens, and without "aws", "amazon" ` +
      `or "cognito" in it; this one is ${JSON.stringify($app.stage)}.`,
  )
}

/**
 * A permanent stage holds somebody's data. Anything else may be thrown away, and is, with `sst
 * remove`.
 */
export const isPermanentStage = $app.stage === 'production'

export const region = aws.getRegionOutput().region
/** The partition is `aws`, or that of China or of a government (`aws-cn`, `aws-us-gov`): ARNs begin with it. */
export const partition = aws.getPartitionOutput().partition
export const accountId = aws.getCallerIdentityOutput().accountId

/**
 * A resource that holds no data and has a name of ours is deleted before another takes its place: otherwise the new one
 * could not have the name, and the deployment would stop in the middle.
 */
export const sameName = { deleteBeforeReplace: true }
