// The assessment that an item is in stands in no column. Properties before the id are read past if they
// are no objects.
const PART = String.raw`"isPartOf"\s*:\s*(?:\{[^{}]*?"@?id"\s*:\s*)?"([^"]+)"`
const PARENT = String.raw`"parent"\s*:\s*\[?\s*\{[^{}]*?"id"\s*:\s*"([^"]+)"`

const found = (pattern: string) =>
  `nullif(replace(
        regexp_extract(raw, '${pattern}', 1),
        '\\/', '/'), '')`

/** The SQL is the assessment that the object of an event is an item of, where its sender says so, else NULL. */
export const partOf = `CASE
      WHEN object_type <> 'AssessmentItem' THEN NULL
      WHEN standard = 'caliper' THEN ${found(PART)}
      WHEN standard = 'xapi' THEN ${found(PARENT)}
      WHEN assignable_id <> object_id THEN assignable_id
    END`

/** The SQL tells whether an event gives a grade to an attempt that was made before. */
export const isGrade = `(standard = 'caliper' AND type IN ('GradeEvent', 'OutcomeEvent'))`
