import { namedQueries } from '../src/query/sql'
import { keptUnlessEmpty } from './blobs'
import { database } from './lake'
import { isPermanentStage, sameName } from './stage'

/** The bucket holds answers of Athena, which anybody can ask for again. */
export const results = new sst.aws.Bucket('QueryResults', {
  cors: false,
  lifecycle: [
    { id: 'expire', expiresIn: '30 days' },
    // An answer over HTTP is read within half a minute, and may be about people.
    { id: 'expire-questions', prefix: 'questions/', expiresIn: '1 day' },
  ],
  transform: { bucket: keptUnlessEmpty },
})

// Athena charges $5 a TB: a query that forgot its `day` stops at half a dollar.
const SCAN_LIMIT_BYTES = 100 * 1024 ** 3

export const workgroup = new aws.athena.Workgroup(
  'Analysis',
  {
    name: `${$app.name}-${$app.stage}`,
    forceDestroy: !isPermanentStage,
    configuration: {
      enforceWorkgroupConfiguration: true,
      publishCloudwatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: SCAN_LIMIT_BYTES,
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      resultConfiguration: {
        outputLocation: $interpolate`s3://${results.name}/`,
        encryptionConfiguration: { encryptionOption: 'SSE_S3' },
      },
    },
  },
  sameName,
)

// A question over HTTP has 20 seconds, in which Athena reads about as much; it stops at ten cents.
const QUESTION_LIMIT_BYTES = 20 * 1024 ** 3

/** `api` asks in a workgroup of its own, also SQL of those who use it. */
export const questions = new aws.athena.Workgroup(
  'Questions',
  {
    name: `${$app.name}-${$app.stage}-questions`,
    forceDestroy: !isPermanentStage,
    configuration: {
      enforceWorkgroupConfiguration: true,
      publishCloudwatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: QUESTION_LIMIT_BYTES,
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      resultConfiguration: {
        outputLocation: $interpolate`s3://${results.name}/questions/`,
        encryptionConfiguration: { encryptionOption: 'SSE_S3' },
      },
    },
  },
  sameName,
)

// An erasure reads every event's text, once a night for all who asked: five dollars of it at the most.
const SETTLING_LIMIT_BYTES = 1024 ** 4

/** `settle` changes the lake in a workgroup of its own, with a limit of its own. */
export const settling = new aws.athena.Workgroup(
  'Settling',
  {
    name: `${$app.name}-${$app.stage}-settling`,
    forceDestroy: !isPermanentStage,
    configuration: {
      enforceWorkgroupConfiguration: true,
      publishCloudwatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: SETTLING_LIMIT_BYTES,
      engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      resultConfiguration: {
        outputLocation: $interpolate`s3://${results.name}/settling/`,
        encryptionConfiguration: { encryptionOption: 'SSE_S3' },
      },
    },
  },
  sameName,
)

/**
 * Analysts find these queries under "Saved queries" of the workgroup; `docs/sql.md` tells what each
 * answers.
 */
export const queries = namedQueries.map(({ id, description, sql }) => {
  const name = id.replace(/(^|-)(.)/g, (_, _dash, letter: string) => letter.toUpperCase())
  return new aws.athena.NamedQuery(`${name}Query`, {
    name: id,
    description,
    workgroup: workgroup.id,
    database: database.name,
    query: sql,
  })
})
