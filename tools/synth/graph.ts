/** What `sst deploy` would register for a stage, with everything that AWS would fill in answered. */
export interface Graph {
  app: { name: string; stage: string; removal: string; protect: boolean }
  resources: GraphResource[]
  /** Bundles of functions as they would be uploaded, by the name of the function in `infra/`. */
  artifacts: Artifact[]
}

export interface GraphResource {
  /** Pulumi's: `aws:sqs/queue:Queue`. */
  type: string
  /** The logical one, unique within its type. */
  name: string
  // biome-ignore lint/suspicious/noExplicitAny: its shape depends on `type`, and Pulumi types it there
  inputs: Record<string, any>
  /** What other resources read of it: `arn`, `url`, `name`. Empty for components. */
  outputs: Record<string, unknown>
  parent?: string
  /** Set where the engine is told to: it is neither deleted nor replaced. */
  protect?: boolean
  /** It stays in the account when it leaves the program, or the stage is removed. */
  retainOnDelete?: boolean
}

export interface Artifact {
  functionName: string
  /** What goes into the zip: the bundle and `resource.enc`, the links under the function's key. */
  folder: string
  /** Within the folder: `api.handler`. */
  handler: string
}
