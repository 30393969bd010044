import type { TableInput } from '@aws-sdk/client-glue'
import type { GlueTable } from '../../src/platform/aws/lake/glue-table'
import type { GlueView } from '../../src/platform/aws/lake/glue-view'

/** Returns the input that makes the lake's table in an emulated Glue. */
export function glueTableInput(table: GlueTable): TableInput {
  return {
    Name: table.name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: table.parameters,
    PartitionKeys: table.partitionKeys.map(glueColumn),
    StorageDescriptor: {
      Columns: table.columns.map(glueColumn),
      Location: table.location,
      InputFormat: table.format.input,
      OutputFormat: table.format.output,
      SerdeInfo: { SerializationLibrary: table.format.serde },
    },
  }
}

/** Returns the input that makes the lake's view there. */
export function glueViewInput(view: GlueView): TableInput {
  return {
    Name: view.name,
    TableType: 'VIRTUAL_VIEW',
    Parameters: view.parameters,
    // The emulator answers an empty description where Glue has none, and Trino prefers a
    // description to the comment by which it knows a view.
    Description: view.parameters.comment,
    PartitionKeys: [],
    ViewOriginalText: view.originalText,
    ViewExpandedText: view.expandedText,
    StorageDescriptor: {
      Columns: view.columns.map(glueColumn),
      Location: '',
      SerdeInfo: { SerializationLibrary: view.serde },
    },
  }
}

function glueColumn({ name, type, comment }: { name: string; type: string; comment?: string }) {
  return { Name: name, Type: type, ...(comment !== undefined && { Comment: comment }) }
}
