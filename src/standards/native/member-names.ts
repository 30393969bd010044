import { commonNames } from './common-names'
import { dialects } from './dialects'

// These are members of our own form (`model.ts`), and those of others that nothing is read from.
const own = `
  event_type event_id id timestamp client_ts seq user_id session_id source organization_id question_id
  device_info context payload properties payload_json privacy_level retention_days event_version
  metadata body integrations messageId receivedAt sentAt version specversion time subject data
  data_base64 datacontenttype dataschema
`

/** Lists the names of members that native events of any form are known to have. */
export function memberNames(): Set<string> {
  const read = dialects.flatMap(({ members, fields, otherwise }) =>
    [members, fields, otherwise ?? {}].flatMap((paths) => Object.values(paths)),
  )
  const paths = [own, ...read, ...Object.values(commonNames)].flatMap((text) => text.split(/\s+/))
  const names = paths.flatMap((path) => path.split('.')[0] || [])
  return new Set(names.flatMap((name) => [name, camelCase(name)]))
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
