import { account, arn, globalArn } from './account'
import type { MockedResource } from './pulumi'

type Inputs = Record<string, string>
type Answer = (inputs: Inputs, id: string, logicalName: string) => Record<string, unknown>

const { region } = account
const nothing: Answer = () => ({})

function lambdaArn(name: string): string {
  return arn('lambda', `function:${name}`)
}

function invocationArn(name: string): string {
  return `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/${lambdaArn(name)}/invocations`
}

/**
 * The answers have what AWS adds to a resource once it exists, in the form in which AWS writes it:
 * policies are built from these. A type that is not here stops the synthesis, so that no ARN is
 * ever guessed.
 */
const answers: Record<string, Answer> = {
  'aws:acm/certificate:Certificate': ({ domainName }, id) => ({
    arn: arn('acm', `certificate/${id}`),
    domainValidationOptions: [
      {
        domainName,
        resourceRecordName: `_proof.${domainName}`,
        resourceRecordType: 'CNAME',
        resourceRecordValue: '_proof.acm-validations.aws',
      },
    ],
  }),
  'aws:acm/certificateValidation:CertificateValidation': ({ certificateArn }) => ({
    certificateArn,
  }),
  'aws:apigateway/account:Account': () => ({ cloudwatchRoleArn: globalArn('iam', 'role/apigw') }),
  'aws:apigatewayv2/api:Api': ({ protocolType }, id) => ({
    arn: `arn:aws:apigateway:${region}::/apis/${id}`,
    apiEndpoint: `${protocolType === 'HTTP' ? 'https' : 'wss'}://${id}.execute-api.${region}.amazonaws.com`,
    executionArn: arn('execute-api', id),
  }),
  'aws:apigatewayv2/apiMapping:ApiMapping': nothing,
  'aws:apigatewayv2/domainName:DomainName': ({ domainName }) => ({
    domainNameConfiguration: {
      targetDomainName: `target.execute-api.${region}.amazonaws.com`,
      hostedZoneId: 'ZAPIGATEWAY',
    },
    id: domainName,
  }),
  'aws:apigatewayv2/integration:Integration': nothing,
  'aws:apigatewayv2/route:Route': nothing,
  'aws:apigatewayv2/stage:Stage': nothing,
  'aws:athena/namedQuery:NamedQuery': nothing,
  'aws:athena/workgroup:Workgroup': ({ name }) => ({ arn: arn('athena', `workgroup/${name}`) }),
  'aws:cloudfront/distribution:Distribution': (_, id) => ({
    arn: globalArn('cloudfront', `distribution/${id}`),
    domainName: 'd111111abcdef8.cloudfront.net',
    hostedZoneId: 'Z2FDTNDATAQYW2',
  }),
  'aws:cloudfront/function:Function': ({ name }) => ({
    arn: globalArn('cloudfront', `function/${name}`),
  }),
  'aws:cloudfront/originAccessControl:OriginAccessControl': nothing,
  'aws:cloudwatch/dashboard:Dashboard': nothing,
  'aws:cloudwatch/logGroup:LogGroup': ({ name }) => ({ arn: arn('logs', `log-group:${name}`) }),
  'aws:cloudwatch/logStream:LogStream': nothing,
  'aws:cloudwatch/metricAlarm:MetricAlarm': ({ name }) => ({
    arn: arn('cloudwatch', `alarm:${name}`),
  }),
  'aws:cognito/resourceServer:ResourceServer': ({ identifier }) => ({ identifier }),
  'aws:cognito/userPool:UserPool': (_, id) => ({
    arn: arn('cognito-idp', `userpool/${id}`),
    endpoint: `cognito-idp.${region}.amazonaws.com/${id}`,
  }),
  'aws:cognito/userPoolClient:UserPoolClient': () => ({ clientSecret: 'drawn-by-cognito' }),
  'aws:cognito/userPoolDomain:UserPoolDomain': nothing,
  'aws:dynamodb/table:Table': ({ name }) => ({
    arn: arn('dynamodb', `table/${name}`),
    streamArn: arn('dynamodb', `table/${name}/stream/2026-01-01T00:00:00.000`),
  }),
  'aws:glue/catalogDatabase:CatalogDatabase': ({ name }) => ({
    arn: arn('glue', `database/${name}`),
    catalogId: account.id,
  }),
  'aws:glue/catalogTable:CatalogTable': ({ databaseName, name }) => ({
    arn: arn('glue', `table/${databaseName}/${name}`),
    catalogId: account.id,
  }),
  'aws:iam/role:Role': ({ name }) => ({ arn: globalArn('iam', `role/${name}`) }),
  'aws:iam/rolePolicy:RolePolicy': nothing,
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream': ({ name }) => ({
    arn: arn('firehose', `deliverystream/${name}`),
  }),
  'aws:kms/alias:Alias': ({ name }) => ({ arn: arn('kms', name!) }),
  'aws:kms/key:Key': (_, id) => ({ arn: arn('kms', `key/${id}`), keyId: id }),
  'aws:lambda/eventSourceMapping:EventSourceMapping': nothing,
  'aws:lambda/function:Function': ({ name }) => ({
    arn: lambdaArn(name!),
    qualifiedArn: `${lambdaArn(name!)}:1`,
    invokeArn: invocationArn(name!),
    version: '1',
  }),
  'aws:lambda/functionUrl:FunctionUrl': ({ functionName }) => ({
    functionUrl: `https://${functionName!.toLowerCase()}.lambda-url.${region}.on.aws/`,
    urlId: functionName!.toLowerCase(),
  }),
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': nothing,
  'aws:lambda/permission:Permission': nothing,
  'aws:route53/record:Record': ({ name }) => ({ fqdn: name }),
  'aws:s3/bucket:Bucket': ({ bucket }) => ({
    arn: `arn:aws:s3:::${bucket}`,
    bucketDomainName: `${bucket}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
    region,
  }),
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': nothing,
  'aws:s3/bucketObjectv2:BucketObjectv2': nothing,
  'aws:s3/bucketPolicy:BucketPolicy': nothing,
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': nothing,
  'aws:s3/bucketVersioning:BucketVersioning': nothing,
  'aws:scheduler/schedule:Schedule': ({ name }) => ({
    arn: arn('scheduler', `schedule/default/${name}`),
  }),
  'aws:sns/topic:Topic': ({ name }) => ({ arn: arn('sns', name!) }),
  'aws:sns/topicPolicy:TopicPolicy': nothing,
  'aws:sns/topicSubscription:TopicSubscription': nothing,
  'aws:sqs/queue:Queue': ({ name }) => ({
    arn: arn('sqs', name!),
    url: `https://sqs.${region}.amazonaws.com/${account.id}/${name}`,
  }),
  'aws:sqs/queuePolicy:QueuePolicy': nothing,
  'aws:wafv2/webAcl:WebAcl': ({ name }) => ({
    arn: `arn:aws:wafv2:us-east-1:${account.id}:global/webacl/${name}/id`,
  }),
  'random:index/randomPassword:RandomPassword': ({ length }) => ({
    result: 'drawn'.padEnd(Number(length), '0'),
  }),
  // The links are encrypted with this key. On AWS it is random and stored in the state.
  'random:index/randomBytes:RandomBytes': ({ length }) => ({
    base64: Buffer.alloc(Number(length), 7).toString('base64'),
    hex: Buffer.alloc(Number(length), 7).toString('hex'),
  }),
}

/** These ids are not the resource's name. */
const ids: Record<string, (logicalName: string) => string> = {
  'aws:apigatewayv2/api:Api': (name) => name.toLowerCase(),
  'aws:cognito/userPool:UserPool': (name) => `${region}_${name}`,
  'aws:cognito/userPoolClient:UserPoolClient': (name) => name.toLowerCase(),
  'aws:kms/key:Key': (name) => `00000000-0000-4000-8000-${hex(name)}`,
}

/** Answers for a created resource. @throws when the type is not known here */
export function created({ type, name, inputs, custom, id: read }: MockedResource) {
  // Components have no outputs of their own; neither has the stack.
  if (!custom || type.startsWith('sst:') || type.startsWith('pulumi:')) {
    return { id: `${name}-id`, outputs: {} }
  }
  const answer = answers[type]
  if (!answer)
    throw new Error(`No answer for resources of type ${type} (${name}): add it to outputs.ts`)
  // The engine's own names end in seven random characters.
  const given = (inputs.name ?? inputs.bucket ?? `${name}-0000000`) as string
  const id = read || (ids[type]?.(name) ?? given)
  return { id, outputs: answer({ name: given, ...inputs } as Inputs, id, name) }
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex').padEnd(12, '0').slice(0, 12)
}
