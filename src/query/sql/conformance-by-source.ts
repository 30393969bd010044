import { namedQuery } from './named-query'
import { counted, tenths, weight } from './scaled'

export const conformanceBySource = namedQuery({
  id: 'conformance-by-source',
  title: 'Conformance by source',
  description:
    'How much of what each source sends, events and descriptions of entities, is without error by the text of its standard? What could not be kept at all is in quarantine and not here.',
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH arrived AS (
  SELECT *, ${weight} AS weight
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
)
SELECT
  tenant_id,
  source_id,
  standard,
  standard_version,
  ${counted()} AS items,
  ${counted('conformant')} AS conformant,
  ${tenths('100e0 * sum(CASE WHEN conformant THEN weight ELSE 0e0 END) / sum(weight)')}
    AS percent
FROM arrived
GROUP BY 1, 2, 3, 4
ORDER BY percent, 1, 2, 3, 4`,
})
