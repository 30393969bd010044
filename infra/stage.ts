/** Stages that hold somebody's data. Anything else may be thrown away, and is, with `sst remove`. */
export const isPermanentStage = $app.stage === 'production'

export const region = aws.getRegionOutput().region
export const accountId = aws.getCallerIdentityOutput().accountId
