import { namedQuery } from './named-query'
import { personId } from './people'

// A JSON text may have a backslash before each slash, as PHP writes it. The engines have no JSON path
// in common that takes an IRI as a name.
const SEGMENTS = String.raw`video\\?/extensions\\?/played-segments"\s*:\s*"([^"]*)"`

const digits = '(VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))'

export const videoSegments = namedQuery({
  id: 'video-segments',
  title: 'Video watching by segment',
  description:
    'How many people watched each half minute of each video? What was watched is what the players report as played-segments (the video profile of xAPI). Videos count up to 500 minutes.',
  sql: ({ range, andCourse, andSource, andPerson }) => `
WITH chosen AS (
  SELECT tenant_id, object_id, object_name, ${personId} AS person_id,
    regexp_extract(raw, '${SEGMENTS}', 1) AS played
  FROM events
  WHERE ${range}${andCourse}${andSource}${andPerson('actor_id')}
    AND kind = 'event'
    AND raw LIKE '%played-segments%'
    AND object_id IS NOT NULL
),
segments AS (
  SELECT
    c.tenant_id,
    c.object_id,
    c.object_name,
    c.person_id,
    TRY_CAST(split_part(segment.part, '[.]', 1) AS double) AS from_second,
    TRY_CAST(split_part(segment.part, '[.]', 2) AS double) AS to_second
  FROM chosen AS c
  CROSS JOIN UNNEST(split(c.played, '[,]')) AS segment (part)
  WHERE c.person_id IS NOT NULL
),
pieces AS (
  SELECT 30 * (100 * h.n + 10 * t.n + u.n) AS start_second
  FROM ${digits} AS h (n)
  CROSS JOIN ${digits} AS t (n)
  CROSS JOIN ${digits} AS u (n)
)
SELECT
  s.tenant_id,
  s.object_id AS video_id,
  max(s.object_name) AS name,
  p.start_second,
  count(DISTINCT s.person_id) AS people
FROM segments AS s
JOIN pieces AS p ON s.from_second < p.start_second + 30 AND s.to_second > p.start_second
GROUP BY s.tenant_id, s.object_id, p.start_second
ORDER BY s.tenant_id, s.object_id, p.start_second`,
})
