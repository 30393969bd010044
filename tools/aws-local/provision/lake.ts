import { CreateDeliveryStreamCommand } from '@aws-sdk/client-firehose'
import { CreateDatabaseCommand, CreateTableCommand } from '@aws-sdk/client-glue'
import type { GraphResource } from '../../synth/graph'
import { type AdminClients, unlessThere } from './clients'

export async function provisionDatabase({ inputs }: GraphResource, { glue }: AdminClients) {
  const DatabaseInput = { Name: inputs.name }
  await unlessThere(glue.send(new CreateDatabaseCommand({ DatabaseInput })))
}

/** Makes a table of the Glue catalog, or a view. */
export async function provisionGlueTable({ inputs }: GraphResource, { glue }: AdminClients) {
  const { databaseName, storageDescriptor } = inputs
  const TableInput = {
    ...capitalised(inputs),
    StorageDescriptor: capitalised(storageDescriptor),
    ...(inputs.tableType === 'VIRTUAL_VIEW' && readableByTrino(inputs)),
  }
  await unlessThere(
    glue.send(new CreateTableCommand({ DatabaseName: databaseName, TableInput } as never)),
  )
}

// The emulator answers an empty description where Glue has none, and Trino prefers a description to the comment by
// which it knows a view; it also asks for a place, which a view has not.
function readableByTrino({ parameters, storageDescriptor }: GraphResource['inputs']) {
  return {
    Description: parameters.comment,
    StorageDescriptor: { ...capitalised(storageDescriptor), Location: '' },
    PartitionKeys: [],
  }
}

export async function provisionDeliveryStream(
  { inputs }: GraphResource,
  { firehose }: AdminClients,
) {
  const { name, extendedS3Configuration: s3 } = inputs
  const ExtendedS3DestinationConfiguration = {
    RoleARN: s3.roleArn,
    BucketARN: s3.bucketArn,
    Prefix: s3.prefix,
    ErrorOutputPrefix: s3.errorOutputPrefix,
    FileExtension: s3.fileExtension,
    BufferingHints: { SizeInMBs: s3.bufferingSize, IntervalInSeconds: s3.bufferingInterval },
    DataFormatConversionConfiguration: conversion(s3.dataFormatConversionConfiguration),
  }
  const input = { DeliveryStreamName: name, ExtendedS3DestinationConfiguration }
  await unlessThere(
    firehose.send(new CreateDeliveryStreamCommand({ DeliveryStreamType: 'DirectPut', ...input })),
  )
}

// The provider's names become those of the API.
function conversion({ schemaConfiguration: schema, ...configuration }: GraphResource['inputs']) {
  const { deserializer } = configuration.inputFormatConfiguration
  const { serializer } = configuration.outputFormatConfiguration
  return {
    Enabled: true,
    SchemaConfiguration: {
      RoleARN: schema.roleArn,
      DatabaseName: schema.databaseName,
      TableName: schema.tableName,
      Region: schema.region,
      VersionId: 'LATEST',
    },
    InputFormatConfiguration: {
      Deserializer: deserializer.openXJsonSerDe
        ? { OpenXJsonSerDe: capitalised(deserializer.openXJsonSerDe) }
        : { HiveJsonSerDe: capitalised(deserializer.hiveJsonSerDe) },
    },
    OutputFormatConfiguration: {
      Serializer: { ParquetSerDe: capitalised(serializer.parquetSerDe) },
    },
  }
}

/**
 * Capitalises names, `inputFormat` → `InputFormat`, in Glue's lists and objects all the way down,
 * but not in its parameters.
 */
// biome-ignore lint/suspicious/noExplicitAny: the API has the provider's shape, whichever that is
function capitalised(value: any): any {
  if (Array.isArray(value)) return value.map(capitalised)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      nameOf(name),
      name === 'parameters' || name === 'columnToJsonKeyMappings' ? held : capitalised(held),
    ]),
  )
}

function nameOf(name: string): string {
  if (name === 'serDeInfo') return 'SerdeInfo'
  return name.charAt(0).toUpperCase() + name.slice(1)
}
