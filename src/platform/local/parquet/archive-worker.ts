import { type ArchiveJob, runArchiveJob } from './archive-job'
import { createDuck } from './duck'

declare const self: Worker

/** What the worker answers to a job. */
export interface ArchiveAnswer {
  warning?: string | undefined
  failure?: string
}

// One thread for DuckDB: archiving has a minute's time, and ingest needs the other cores.
const duck = createDuck({ threads: 1 })

self.onmessage = async ({ data: job }: MessageEvent<ArchiveJob>) => {
  let answer: ArchiveAnswer
  try {
    answer = { warning: await runArchiveJob(job, duck) }
  } catch (error) {
    answer = { failure: (error as Error).message }
  }
  self.postMessage(answer)
}
