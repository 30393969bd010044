/** Permissions say what a function does, as the exact calls that this takes. */
export type Permissions = sst.aws.FunctionPermissionArgs[]
