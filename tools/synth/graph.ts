/**
 * The graph has what `sst deploy` would register for a stage, with everything that AWS would fill
 * in.
 */
export interface Graph {
  app: { name: string; stage: string; removal: string; protect: boolean }
  resources: GraphResource[]
  /**
   * The artifacts are bundles of functions as they would be uploaded, by the name of the function
   * in `infra/`.
   */
  artifacts: Artifact[]
}

export interface GraphResource {
  /** The type is Pulumi's: `aws:sqs/queue:Queue`. */
  type: string
  /** The name is the logical one, unique within its type. */
  name: string
  // biome-ignore lint/suspicious/noExplicitAny: its shape depends on `type`, and Pulumi types it there
  inputs: Record<string, any>
  /** Other resources read these outputs: `arn`, `url`, `name`. They are empty for components. */
  outputs: Record<string, unknown>
  parent?: string
  /**
   * A protected resource is neither deleted nor replaced; this is set where the engine is told so.
   */
  protect?: boolean
  /** A replaced one is deleted before the new one is made, which has its name. */
  deleteBeforeReplace?: boolean
  /** It stays in the account when it leaves the program, or the stage is removed. */
  retainOnDelete?: boolean
  /** A deployment leaves these inputs as they have become. */
  ignoreChanges?: string[]
}

export interface Artifact {
  functionName: string
  /**
   * The folder has the contents of the zip: the bundle and `resource.enc`, the links under the
   * function's key.
   */
  folder: string
  /** The handler stands within the folder: `api.handler`. */
  handler: string
}
